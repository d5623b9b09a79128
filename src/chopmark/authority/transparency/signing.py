"""The signer's work at the checkpoint door: it believes leaves and its own last signature, no request."""

from contextlib import suppress
from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection, transaction

from chopmark.authority.audit import AuditTag
from chopmark.authority.audit.services import act
from chopmark.authority.custody.checkpoint_signing import sign_checkpoint
from chopmark.authority.custody.token import Token
from chopmark.authority.kernel.actors import Actor, process
from chopmark.authority.transparency.book import BOOK
from chopmark.authority.transparency.keys import own_key
from chopmark.authority.transparency.models import Checkpoint, CheckpointRequest, SigningAlert
from chopmark.authority.transparency.publishing import require_known
from chopmark.authority.transparency.tree import TREE
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.merkle import RightEdge
from chopmark.publiclog.errors import RootDiffers
from chopmark.publiclog.heads import edge_of

log = structlog.get_logger("signer")

_LOCK = 0x7369676E  # "sign"


def run_once(*, token: Token, now: datetime, claimer: int) -> int:
    """Sign the newest request beyond the last checkpoint; answers whether a signature was made, as a number.

    No claim is needed: a checkpoint that was signed and lost in a crash is signed again over the same leaves.
    """
    try:
        # The signer may be on a machine that has no such folder; the sequencer, which asks for signatures, has it.
        require_known(settings.CHOPMARK_LOG_DIR)
        with transaction.atomic():
            return int(_sign_next(token, now))
    except Refusal as refusal:
        _raise_alert(refusal, now)
        return 0


def _sign_next(token: Token, now: datetime) -> bool:
    # 1. One signer at a time, each going on from what was signed last and from nothing else.
    if not _locked():
        return False
    last = BOOK.newest()
    edge = edge_of(last, own_key()) if last else RightEdge()
    previous = (edge.size, edge.root()) if last else None
    request = CheckpointRequest.objects.filter(size__gt=edge.size).order_by("size").last()
    if request is None:
        return False

    # 2. Hash every leaf in between; one that is missing or altered is refused by the tree.
    for leaves in TREE.stretches(edge.size, request.size):
        edge = edge.append(leaf.leaf_hash for leaf in leaves)
    if edge.root() != bytes(request.root_hash):
        raise RootDiffers(size=request.size)

    # 3. Sign what was recomputed. A crash before the commit forgets a signature that nobody has seen.
    origin = settings.CHOPMARK_LOG_ORIGIN
    note = sign_checkpoint(origin=origin, size=edge.size, root=edge.root(), previous=previous, token=token)
    Checkpoint.objects.create(
        size=edge.size, root_hash=edge.root(), right_edge=edge.to_bytes(), note=note, signed_at=now
    )
    return True


def _locked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _raise_alert(refusal: Refusal, now: datetime) -> None:
    """Once for each last checkpoint: the leaf of a refusal brings a request that is refused too."""
    log.error("checkpoint_refused", code=refusal.code, details=refusal.details)
    newest = Checkpoint.objects.order_by("size").last()
    _, is_new = SigningAlert.objects.get_or_create(
        after_size=newest.size if newest else 0, defaults={"code": refusal.code, "raised_at": now}
    )
    if is_new:
        _leave_refusal(refusal, now)


def _leave_refusal(refusal: Refusal, now: datetime) -> None:
    """The leaf of a refused act; signing itself leaves none, since each leaf asks for another signature."""

    @act(AuditTag.CHECKPOINT_SIGNED)
    def sign(*, actor: Actor, now: datetime) -> None:
        raise refusal

    with suppress(type(refusal)):
        sign(actor=process("signer"), now=now)
