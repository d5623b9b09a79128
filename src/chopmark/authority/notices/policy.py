"""Which notices there are, when the strongroom is asked about one again, and which of its refusals pass. Pure."""

from datetime import timedelta
from enum import StrEnum
from hashlib import sha256


class Template(StrEnum):
    """The owner's notices that we ask for, by the names in her policy (CPS 9.11)."""

    CERTIFICATE_ISSUED = (
        "certificate_issued"  # by a campaign, and accepted by what its holder agreed to before
    )
    CERTIFICATE_READY = "certificate_ready"
    CERTIFICATE_REPLACED = "certificate_replaced"  # a new one comes by itself
    CERTIFICATE_REVOKED = "certificate_revoked"
    CERTIFICATE_TO_REPLACE = "certificate_to_replace"  # a new one needs her to come


FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
# Too much was asked, or too fast: later it may be asked again. Every other refusal is for ever.
PASSING = frozenset(
    {
        "asker_slowed",
        "asker_stopped",
        "caller_limit_reached",
        "case_limit_reached",
        "purpose_limit_reached",
        "record_limit_reached",
        "total_limit_reached",
    }
)
# These stop all notices, not one: the hour's share is used up, and whoever asks on leaves a refusal of each in the owner's log.
SHARED = frozenset({"caller_limit_reached", "purpose_limit_reached", "total_limit_reached"})
REST = timedelta(hours=1)


def reference_of(template: Template, issuer_id: int, serial_number: bytes) -> str:
    """The same news has the same reference, however often it is heard; it tells a stranger nothing."""
    return "NT" + sha256(f"{template} {issuer_id} {serial_number.hex()}".encode()).hexdigest()[:24]


def wait(asks: int) -> timedelta:
    """How long until it is asked again: four times as long each time."""
    return min(FIRST_WAIT * int(4 ** min(asks, 8)), LONGEST_WAIT)
