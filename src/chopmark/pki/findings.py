"""What a judge finds wrong, in a form that can be counted, logged and shown: never with a value from a certificate in it."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum


class Severity(IntEnum):
    """Ascending; an error or worse stops the signature."""

    NOTICE = 1
    WARNING = 2  # against a SHOULD
    ERROR = 3  # against a MUST
    FATAL = 4  # the judge could not go on


class Source(StrEnum):
    """Which of the three judges speaks."""

    OWN = "own"
    PKILINT = "pkilint"
    DECODED = "decoded"


@dataclass(frozen=True, slots=True)
class Finding:
    source: Source
    code: str
    severity: Severity
    where: str
