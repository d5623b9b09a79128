"""Who witnesses this log, and what follows from it: which head may be relied on, and when issuing must pause."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings

from chopmark.authority.catalogue import reading as catalogue
from chopmark.authority.transparency.book import BOOK
from chopmark.publiclog.heads import Head
from chopmark.publiclog.witnesses import Watch, Witness


def configured() -> Sequence[Witness]:
    """The witnesses of config.toml."""
    return cast("Sequence[Witness]", settings.CHOPMARK_WITNESSES)


def quorum() -> int:
    """How many must have cosigned before anything is delivered or published; the pack says."""
    return catalogue.current().authority.witness_quorum


def newest_witnessed() -> Head | None:
    """The largest tree head that a quorum stands behind; with a quorum of 0, the largest that was signed."""
    return _watch().newest()


def public_note(head: Head) -> str:
    """The checkpoint as it is published: the log's own line, and the witnesses' under it."""
    return _watch().public_note(head)


def are_late(*, now: datetime) -> bool:
    """Whether a signed head has waited for its quorum longer than the setting allows: then nothing is issued."""
    return _watch().are_late(now=now, patience=timedelta(minutes=settings.CHOPMARK_WITNESS_PATIENCE_MINUTES))


def _watch() -> Watch:
    return Watch(book=BOOK, witnesses=configured(), quorum=quorum())
