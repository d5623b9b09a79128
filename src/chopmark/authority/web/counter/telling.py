"""What an applicant was told, as an officer reads it: which notice, and how it stands; never where it went."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from chopmark.authority.notices.selectors import told_of
from chopmark.authority.web.words import NOTICES

_STANDS: Final[dict[str, Promise]] = {
    "asked": _("To be sent, asked for"),
    "queued": _("To be sent, asked for"),
    "given_up": _("Could not be delivered"),
    "refused": _("The owner of the records may not write"),
}
_SENT_BY: Final[dict[str, Promise]] = {"email": _("Sent by e-mail"), "letter": _("Printed as a letter")}


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLine:
    about: Promise
    stands: Promise
    at: datetime


def told_lines(reference: str) -> tuple[ToldLine, ...]:
    """The notices of an application, the oldest first."""
    return tuple(
        ToldLine(
            about=NOTICES[told.template],
            stands=_SENT_BY[told.channel] if told.channel else _STANDS[told.state],
            at=told.ended_at or told.asked_at,
        )
        for told in told_of(reference)
    )
