"""The process's one application: each listener leads to its own door."""

import os
import socket
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chopmark.strongroom.settings")

from django.core.wsgi import get_wsgi_application

_desk = get_wsgi_application()

from chopmark.strongroom import machine  # noqa: E402  its models need Django set up


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """What came over the Unix socket is a machine's, all else a person's; no header can say otherwise."""
    door = machine.application if _came_by_socket_file(environ) else _desk
    return door(environ, start_response)


def _came_by_socket_file(environ: WSGIEnvironment) -> bool:
    connection: socket.socket = environ["gunicorn.socket"]
    return connection.family == socket.AF_UNIX
