"""What must outlive one page and is nobody's business: sealed by the owner's key, then put into a session."""

import base64
import json
from collections.abc import Mapping

from django.http import HttpRequest

from chopmark.strongroom.errors import KekUnknown
from chopmark.strongroom.keys.keyring import Keyring

_BOUND_TO = b"desk note v1"


def put(request: HttpRequest, name: str, note: Mapping[str, str | None], *, keys: Keyring) -> None:
    sealed = keys.kek.wrap(json.dumps(dict(note)).encode(), bound_to=_BOUND_TO, nonce=keys.draw(12))
    request.session[name] = base64.b64encode(sealed).decode()


def take(request: HttpRequest, name: str, *, keys: Keyring) -> dict[str, str | None] | None:
    """The note, which is gone from the session from now on."""
    sealed = request.session.pop(name, None)
    if sealed is None:
        return None
    try:
        note: dict[str, str | None] = json.loads(
            keys.kek.unwrap(base64.b64decode(sealed), bound_to=_BOUND_TO)
        )
    except KekUnknown:  # its key was retired meanwhile: the note went with it
        return None
    return note
