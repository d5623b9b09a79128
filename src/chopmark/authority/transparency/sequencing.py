"""Giving leaves their places in the log and asking for a checkpoint over them, a batch to a transaction.

Transaction ids only bound how far back it re-reads; which leaves wait is decided by which have no position.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import structlog
from django.db import connection, transaction

from chopmark.authority.transparency.models import CheckpointRequest, FullTile, Horizon, SetAside
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.leaf import require_leaf
from chopmark.pki.tlog.merkle import RightEdge, leaf_hash
from chopmark.publiclog.errors import LeafAltered
from chopmark.publiclog.heads import grown

log = structlog.get_logger("sequencer")

BATCH = 8192
_LOCK = 0x746C6F67  # "tlog"


@dataclass(frozen=True, slots=True)
class _Waiting:
    id: int
    xid: int
    entry: bytes
    leaf_hash: bytes


@transaction.atomic
def sequence_batch(now: datetime) -> int:
    """One transaction: a crash leaves nothing of it, or positions, tiles, request and horizon together."""
    # 1. One sequencer at a time; the lock goes with the transaction, or with the connection that died.
    if not _locked():
        return 0

    # 2. Take the leaves that wait. What is not fit for the log is set aside, and does not hold up the rest.
    horizon = _oldest_running()
    waiting = _waiting(since=_horizon(newest=horizon))
    fit = [leaf for leaf in waiting if _is_fit(leaf, now)]

    # 3. Give them positions, in order of transaction, and remember the tree that they make.
    if fit:
        _append(fit, now)

    # 4. Next time, begin at the oldest transaction that may yet bring a leaf, or where this batch broke off.
    if len(waiting) == BATCH:
        horizon = min(horizon, waiting[-1].xid)
    if waiting:
        Horizon.objects.update_or_create(id=1, defaults={"xid": horizon})
    return len(fit)


def _locked() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s)", [_LOCK])
        return bool(cursor.fetchone()[0])


def _oldest_running() -> int:
    """Every transaction before this one has ended; asked before the leaves are read, lest one be missed."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return int(cursor.fetchone()[0])


def _horizon(*, newest: int) -> int:
    """Where to begin; a horizon in the future came with a dump from another cluster and says nothing."""
    known = Horizon.objects.filter(id=1, xid__lte=newest).values_list("xid", flat=True).first()
    return known or 0


def _waiting(*, since: int) -> list[_Waiting]:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            select leaf.id, leaf.xid, leaf.entry, leaf.leaf_hash from audit_leaf leaf
            where leaf.xid >= %s
              and not exists (select from transparency_position p where p.leaf_id = leaf.id)
              and not exists (select from transparency_setaside s where s.leaf_id = leaf.id)
            order by leaf.xid, leaf.id limit %s
            """,
            [since, BATCH],
        )
        return [
            _Waiting(leaf_id, xid, bytes(entry), bytes(digest))
            for leaf_id, xid, entry, digest in cursor.fetchall()
        ]


def _is_fit(leaf: _Waiting, now: datetime) -> bool:
    """A leaf that no reader would accept would spoil the log for ever: it is kept out, and shouted about."""
    try:
        require_leaf(leaf.entry)
        code = None if leaf_hash(leaf.entry) == leaf.leaf_hash else LeafAltered.code
    except Refusal as refusal:
        code = refusal.code
    if code is None:
        return True
    SetAside.objects.create(leaf_id=leaf.id, code=code, set_aside_at=now)
    log.error("leaf_set_aside", leaf_id=leaf.id, code=code)
    return False


def _append(leaves: Sequence[_Waiting], now: datetime) -> None:
    last = CheckpointRequest.objects.order_by("size").last()
    edge = RightEdge.from_bytes(last.size, bytes(last.right_edge)) if last else RightEdge()
    _write_positions(edge.size, leaves)

    edge, full = grown(edge, (leaf.leaf_hash for leaf in leaves))
    FullTile.objects.bulk_create(FullTile(**asdict(tile)) for tile in full)
    CheckpointRequest.objects.create(
        size=edge.size, root_hash=edge.root(), right_edge=edge.to_bytes(), requested_at=now
    )


def _write_positions(first: int, leaves: Sequence[_Waiting]) -> None:
    # The tree's own size is the next position, and the primary key stands behind it.
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into transparency_position (position, leaf_id)"
            " select * from unnest(%s::bigint[], %s::bigint[])",
            [list(range(first, first + len(leaves))), [leaf.id for leaf in leaves]],
        )
