"""What the operator's pages may put into a link to the desk; anything else is a broken link."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from chopmark.strongroom.errors import LinkBroken
from chopmark.strongroom.services.sighting import Visit
from chopmark.strongroom.services.submit import Errand

_REFERENCE = re.compile(r"[A-Z]{2}[0-9]{6,14}")
_NONCE = re.compile(r"[0-9a-f]{16,64}")
_NAMES = ("case", "application", "nonce", "type")
_TYPE = re.compile(r"[a-z][a-z0-9_-]{1,31}")


def errand(sent: Mapping[str, str]) -> Errand:
    return Errand(
        reference=_of_form(_REFERENCE, sent, "application"),
        nonce=_of_form(_NONCE, sent, "nonce"),
        type=_of_form(_TYPE, sent, "type"),
    )


def visit(sent: Mapping[str, str]) -> Visit:
    try:
        case_id = UUID(sent.get("case", ""))
    except ValueError:
        raise LinkBroken from None
    return Visit(
        case_id=case_id,
        reference=_of_form(_REFERENCE, sent, "application"),
        nonce=_of_form(_NONCE, sent, "nonce"),
    )


def query(sent: Mapping[str, str]) -> str:
    """The same link again, without its language: that is in the reader's cookie now, and she may have changed it."""
    return urlencode({name: sent[name] for name in _NAMES if name in sent})


def _of_form(form: re.Pattern[str], sent: Mapping[str, str], name: str) -> str:
    value = sent.get(name, "")
    if not form.fullmatch(value):
        raise LinkBroken(missing=name)
    return value
