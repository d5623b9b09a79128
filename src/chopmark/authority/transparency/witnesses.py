"""Who witnesses this log, and what follows from it: which head may be relied on, and when issuing must pause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.db.models import Count

from chopmark.authority.catalogue import reading as catalogue
from chopmark.authority.transparency.models import Checkpoint, Cosignature
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.cosignature import CosignerKey, require_quorum, with_cosignatures

_FALSE_AT_MOST = 64


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness of config.toml: the key that it printed, and where it is asked."""

    key: CosignerKey
    url: str


def configured() -> Sequence[Witness]:
    return cast("Sequence[Witness]", [Witness(key, url) for key, url in settings.CHOPMARK_WITNESSES])


def quorum() -> int:
    """How many must have cosigned before anything is delivered or published; the pack says."""
    return catalogue.current().authority.witness_quorum


def newest_witnessed() -> Checkpoint | None:
    """The largest tree head that a quorum stands behind; with a quorum of 0, the largest that was signed."""
    if not quorum():
        return Checkpoint.objects.order_by("size").last()
    keys = [str(witness.key) for witness in configured()]
    rows = Cosignature.objects.filter(witness__in=keys).values("size").annotate(number=Count("witness"))
    enough = rows.filter(number__gte=quorum()).order_by("-size").values_list("size", flat=True)
    # More than a few false ones on top are a worker in wrong hands: then nothing is relied on.
    for size in enough[:_FALSE_AT_MOST]:
        checkpoint = Checkpoint.objects.filter(size=size).first()
        if checkpoint is not None and _has_quorum(checkpoint):
            return checkpoint
    return None


def public_note(checkpoint: Checkpoint) -> str:
    """The checkpoint as it is published: the log's own line, and the witnesses' under it."""
    keys = [str(witness.key) for witness in configured()]
    rows = Cosignature.objects.filter(size=checkpoint.size, witness__in=keys).order_by("id")
    return with_cosignatures(checkpoint.note, [row.line for row in rows])


def are_late(*, now: datetime) -> bool:
    """Whether a signed head has waited for its quorum longer than the setting allows: then nothing is issued."""
    if not quorum():
        return False
    reached = newest_witnessed()
    waiting = Checkpoint.objects.filter(size__gt=reached.size if reached else 0).order_by("size").first()
    patience = timedelta(minutes=settings.CHOPMARK_WITNESS_PATIENCE_MINUTES)
    return waiting is not None and waiting.signed_at < now - patience


def _has_quorum(checkpoint: Checkpoint) -> bool:
    # Whoever took the worker can write rows, and no signatures: so they are checked here and not only when they come.
    try:
        require_quorum(public_note(checkpoint), [witness.key for witness in configured()], quorum())
    except Refusal:
        return False
    return True
