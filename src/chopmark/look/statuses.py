"""One meaning, one look, everywhere: the status tags and the words on them (design 7)."""

from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Status:
    kind: str  # ok, warn, error, info, or "" for idle
    icon: str
    word: Promise


STATUSES: Final[dict[str, Status]] = {
    # A certificate.
    "good": Status("ok", "check", _("In force")),
    "suspended": Status("warn", "pause", _("Suspended")),
    "revoked": Status("error", "cross", _("Revoked")),
    "expired": Status("", "dot", _("Expired")),
    "unknown": Status("warn", "warning", _("Not known to us")),
    "offered": Status("info", "forward", _("Waiting for you to accept")),
    "rejected": Status("error", "cross", _("Not accepted")),
    # An application.
    "begun": Status("info", "forward", _("Begun")),
    "submitted": Status("info", "forward", _("Waiting for the identity check")),
    "verified": Status("info", "clock", _("Waiting for release")),
    "approved": Status("info", "clock", _("Certificate being made")),
    "issued": Status("ok", "check", _("Issued")),
    "refused": Status("error", "error", _("Refused")),
    "withdrawn": Status("", "dot", _("Withdrawn")),
    # Anything that is done or awaited.
    "done": Status("ok", "check", _("Done")),
    "processing": Status("info", "forward", _("Being processed")),
    "open": Status("ok", "check", _("Open")),
    "closed": Status("", "dot", _("Closed")),
}
