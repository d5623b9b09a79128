"""The proof of publication as an operator or assessor reads it."""

from datetime import date, datetime

from chopmark.authority.catalogue.reading import current
from chopmark.authority.kernel import clock
from chopmark.authority.publication.slots import Punctuality, SlotProof, proofs

_IN_ORDER = frozenset({Punctuality.ON_TIME, Punctuality.WAITED_FOR})


def said_of(first: date | None, last: date | None) -> tuple[list[dict[str, str]], bool]:
    """A line for each list and slot of these days, in the authority's own time, and whether every promise was kept."""
    now = clock.now()
    first = first or current().authority.day_of(now)
    found = proofs(first=first, last=last or first, now=now)
    return [_line(one) for one in found], all(one.punctuality in _IN_ORDER for one in found)


def _line(proof: SlotProof) -> dict[str, str]:
    return {
        "list": proof.file_name,
        "due": _local(proof.due_at),
        "promised": _local(proof.promised_by),
        "public": "-" if proof.published_at is None else _local(proof.published_at),
        "number": "-" if proof.number is None else str(proof.number),
        "leaf": "-" if proof.leaf_id is None else str(proof.leaf_id),
        "was": proof.punctuality.value,
    }


def _local(moment: datetime) -> str:
    return current().authority.local(moment).isoformat(timespec="seconds")
