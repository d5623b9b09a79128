"""Who witnesses the owner's log, and what follows from it: which head may be relied on, and when opening must pause."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from chopmark.publiclog.heads import Head
from chopmark.publiclog.witnesses import Watch, Witness, is_cosigned, read_witnesses, require_enough
from chopmark.strongroom.log.book import BOOK
from chopmark.strongroom.log.errors import CosignatureAltered, OpeningsWaitForWitnesses
from chopmark.strongroom.log.models import LogCosignature
from chopmark.strongroom.options import Options
from chopmark.strongroom.purposes import terms


@cache
def configured() -> Sequence[Witness]:
    """The witnesses of config.toml, as they were when the process began."""
    return read_witnesses(Options.read().witnesses)


def quorum() -> int:
    """How many must have cosigned before a head is published or proved from; the owner's policy says."""
    return terms().witness_quorum


def require_possible() -> None:
    """The configuration can be read, and has as many witnesses as the policy asks for."""
    require_enough(configured(), quorum())


def newest_witnessed() -> Head | None:
    """The largest head that a quorum stands behind; with a quorum of 0, the largest that was signed."""
    return _watch().newest()


def public_note(head: Head) -> str:
    """The checkpoint as it is published: the log's own line, and the witnesses' under it."""
    return _watch().public_note(head)


def are_late(*, now: datetime) -> bool:
    """Whether a signed head has waited for its quorum longer than the setting allows: then nothing is opened."""
    return _watch().are_late(now=now, patience=Options.read().witness_patience)


def require_in_time(now: datetime) -> None:
    """No record is opened while nobody outside can see that it was written down."""
    if are_late(now=now):
        raise OpeningsWaitForWitnesses


def check() -> None:
    """Every line that is kept is a cosignature of a head of this log; raises at the first that is none."""
    for kept in LogCosignature.objects.order_by("id").iterator():
        head = BOOK.at(kept.size)
        if head is None or not is_cosigned(head.note, kept.witness, kept.line):
            raise CosignatureAltered(size=kept.size, witness=kept.witness.partition("+")[0])


def _watch() -> Watch:
    return Watch(book=BOOK, witnesses=configured(), quorum=quorum())
