"""Closed words of people: what they are cleared by, why they leave, what a review says of their access (C82)."""

from enum import StrEnum


class ClearanceKind(StrEnum):
    """What a member of staff has behind her before she acts."""

    NONDISCLOSURE = "nondisclosure"
    VETTING = "vetting"


class ReasonToLeave(StrEnum):
    CONTRACT_ENDED = "contract_ended"
    DISMISSED = "dismissed"
    MOVED = "moved"  # to other work, which needs no access
    RESIGNED = "resigned"
    RETIRED = "retired"


class Verdict(StrEnum):
    """What a reviewer says of somebody's access."""

    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
