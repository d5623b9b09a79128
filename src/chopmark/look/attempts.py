"""What is kept of somebody who tries to sign in: the number, if it can be one of ours, and nothing else that was typed.

People type what comes to mind where a number is asked for, an identity card number among it.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from chopmark.look import errors

# A member of staff, or an application.
_OURS: Final = re.compile(r"[0-9]{5}|AP[0-9]{9}")
NOT_OURS: Final = "no number of ours"


def number_of(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """By what tries are counted and locked (axes asks)."""
    typed = str((credentials or request.POST).get("number", ""))
    return typed if _OURS.fullmatch(typed) else NOT_OURS


def locked_out(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    """What somebody sees whose number is locked for now."""
    return errors.answer(request, 429)
