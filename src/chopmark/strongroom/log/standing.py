"""How the owner's log stands with the world: the head that is public, each witness, and what witnesses would not sign."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import open_checkpoint
from chopmark.pki.tlog.tiles import CHECKPOINT_PATH
from chopmark.publiclog.witnesses import Witness, is_cosigned
from chopmark.strongroom.log import witnesses
from chopmark.strongroom.log.book import BOOK
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.log.models import LogCosignature, WitnessRefusal
from chopmark.strongroom.models import LogCheckpoint
from chopmark.strongroom.options import Options


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """The head that stands in the public folder now."""

    size: int
    signed_at: datetime | None  # not known, if no such head was signed here
    age_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosigner:
    """A witness of the configuration, and the largest head that it cosigned."""

    name: str
    size: int
    at: datetime | None
    age_seconds: int
    is_good: bool  # its line is its cosignature of that head
    behind: int  # entries under a signature that it has not seen


def published(now: datetime) -> Published | None:
    """What a reader finds, asked of the folder; one that our key did not sign counts for nothing."""
    try:
        note = (Options.read().log_folder / CHECKPOINT_PATH).read_bytes().decode()
        head = open_checkpoint(note, own_key())
    except (FileNotFoundError, UnicodeDecodeError, Refusal):
        return None
    signed = LogCheckpoint.objects.filter(size=head.size, root_hash=head.root_hash).first()
    at = signed.signed_at if signed else None
    return Published(size=head.size, signed_at=at, age_seconds=_age(at, now))


def cosigners(now: datetime) -> Iterator[Cosigner]:
    """Each witness as it is configured, heard of or not."""
    newest = BOOK.newest()
    for witness in witnesses.configured():
        yield _cosigner(witness, newest.size if newest else 0, now)


def refusals() -> "QuerySet[WitnessRefusal, Any]":
    """Every refusal with what was found, newest first."""
    return WitnessRefusal.objects.select_related("alert__acknowledged__officer").order_by("-alert_id")


def _cosigner(witness: Witness, signed: int, now: datetime) -> Cosigner:
    last = LogCosignature.objects.filter(witness=str(witness.key)).order_by("-size").first()
    size, at = (last.size, last.received_at) if last else (0, None)
    head = BOOK.at(size)
    return Cosigner(
        name=witness.key.name,
        size=size,
        at=at,
        age_seconds=_age(at, now),
        # Whoever took the process can write rows, and no signatures.
        is_good=last is None or (head is not None and is_cosigned(head.note, last.witness, last.line)),
        behind=max(signed - size, 0),
    )


def _age(at: datetime | None, now: datetime) -> int:
    return max(int((now - at).total_seconds()), 0) if at else 0
