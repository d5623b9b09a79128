"""The process's one application: each listener leads to its own door."""

import os
import socket
from collections.abc import Callable, Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chopmark.strongroom.settings")

from django.core.wsgi import get_wsgi_application

from chopmark.strongroom.options import Options

_desk = get_wsgi_application()

from chopmark.strongroom import machine, owner_door  # noqa: E402  its models need Django set up

_OWNERS = Options.read().owner_socket.name


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """What came over the Unix socket is a machine's or the owner's, all else a person's; no header can say otherwise."""
    return _door(environ["gunicorn.socket"])(environ, start_response)


def _door(connection: socket.socket) -> Callable[[WSGIEnvironment, StartResponse], Iterable[bytes]]:
    if connection.family != socket.AF_UNIX:
        return _desk
    came_to_the_owner = os.path.basename(connection.getsockname()) == _OWNERS  # noqa: PTH119  of a socket's name
    return owner_door.application if came_to_the_owner else machine.application
