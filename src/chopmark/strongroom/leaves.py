"""The strongroom's log: a leaf in every act's transaction, one after every refusal's rollback."""

import functools
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.db import connection, models, transaction

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.alike import leaf_writer, payload_writer
from chopmark.pki.tlog.leaf import Leaf as LogLeaf
from chopmark.pki.tlog.leaf import canonical_payload, commitment, encode_leaf
from chopmark.pki.tlog.merkle import leaf_hash
from chopmark.pki.tlog.promise import promised
from chopmark.strongroom import locks
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.copying import as_jsonb, copy_rows, draw
from chopmark.strongroom.models import Leaf, LeafPayload
from chopmark.strongroom.tags import Tag

P = ParamSpec("P")
R = TypeVar("R")
Row = TypeVar("Row", bound=models.Model)

_SALT = 32


@dataclass(slots=True)
class _Act:
    tag: Tag
    leaves: int = 0
    on_refusal: list[Callable[[Refusal], None]] = field(default_factory=list)
    row_of_refusal: Callable[[Refusal], models.Model] | None = None


_current: ContextVar[_Act | None] = ContextVar("act", default=None)


class ActLeftNoLeaf(AssertionError):
    """A verb marked @act finished without a leaf: a fault of ours, so its effects are rolled back."""


def act(tag: Tag) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Run a verb in one transaction that must leave a leaf; when it returns, all it wrote is on disk.

    The verb takes `actor` and `now` by keyword. Acts do not nest: the transaction is durable, so an opening
    can never be taken back by somebody else's rollback after its value has left.
    """

    def decorate(verb: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(verb)
        def perform(*args: P.args, **kwargs: P.kwargs) -> R:
            running = _Act(tag)
            token = _current.set(running)
            try:
                with transaction.atomic(durable=True):
                    result = verb(*args, **kwargs)
                    if not running.leaves:
                        raise ActLeftNoLeaf(tag)
                    return result
            except Refusal as refusal:
                _record_refusal(running, refusal, kwargs)
                raise
            finally:
                _current.reset(token)

        return perform

    return decorate


def if_refused(write: Callable[[Refusal], None]) -> None:
    """What else to write beside the refusal's leaf, in the same new transaction."""
    _running("if_refused").on_refusal.append(write)


def row_if_refused(row: Callable[[Refusal], models.Model]) -> None:
    """The row that tells of the refusal; its leaf promises it, and it gets the leaf's id. Who comes last knows most."""
    _running("row_if_refused").row_of_refusal = row


def _running(verb: str) -> _Act:
    running = _current.get()
    if running is None:
        raise RuntimeError(f"{verb}() outside an act")
    return running


def _record_refusal(running: _Act, refusal: Refusal, kwargs: Mapping[str, Any]) -> None:
    actor: Actor = kwargs["actor"]
    row = running.row_of_refusal(refusal) if running.row_of_refusal else None
    payload = {"actor": _who(actor), "details": refusal.details, **_promises([row] if row else [])}
    with transaction.atomic(durable=True):
        leaf_id = _write(running.tag, payload, kwargs["now"], refused=refusal.code)
        if row is not None:
            _add(row, leaf_id)
        # Who came last knows most: the case before the asking, the asking before the errand.
        for write in reversed(running.on_refusal):
            write(refusal)


def leave(
    *,
    actor: Actor,
    payload: Mapping[str, Any],
    now: datetime,
    tag: Tag | None = None,
    rows: Sequence[models.Model] = (),
) -> int:
    """Write the leaf of the act that is running; answers the leaf's id, which pages call the log entry.

    The payload holds identifiers and words of ours: never a value that somebody typed. `rows` are those that this act adds for
    good: whoever edits one later disagrees with the log (`config/audit/promises.py` looks).
    """
    running = _running("leave")
    running.leaves += 1
    said = {"actor": _who(actor), **payload, **_promises(rows)}
    return _write(tag or running.tag, said, now, refused=None)


def leave_with(
    row: Row, *, actor: Actor, payload: Mapping[str, Any], now: datetime, tag: Tag | None = None
) -> Row:
    """The same for one new row that carries its leaf's id: the leaf is written, then the row."""
    return _add(row, leave(actor=actor, payload=payload, now=now, tag=tag, rows=[row]))


def promise(row: models.Model) -> str:
    """The row's table and the digest of its values."""
    fields = row._meta.concrete_fields  # noqa: SLF001  # Django's documented way to a model's columns
    return promised(row._meta.db_table, {str(field.column): getattr(row, field.attname) for field in fields})  # noqa: SLF001


def _promises(rows: Sequence[models.Model]) -> dict[str, list[str]]:
    return {"rows": sorted(promise(row) for row in rows)} if rows else {}


def _add(row: Row, leaf_id: int) -> Row:
    row.leaf_id = leaf_id  # type: ignore[attr-defined]  # whoever comes here has this column
    row.save(force_insert=True)
    return row


@dataclass(frozen=True, slots=True)
class Line:
    """One of many things that an act did: what its leaf commits to (by `sayer`), and the code of a refusal."""

    said: bytes
    refused: str | None = None


def sayer(actor: Actor, shared: Mapping[str, Any], names: Sequence[str]) -> Callable[[Sequence[str]], bytes]:
    """Writes the payloads of many leaves that are alike but for the values of `names`, given as JSON text."""
    return payload_writer({"actor": _who(actor), **shared}, names)


def leave_many(*, lines: Sequence[Line], now: datetime) -> list[int]:
    """Write a leaf for each of many things that the running act did, by COPY under one lock; their ids in order.

    Who calls promises the rows that it adds, each in its own payload.
    """
    running = _running("leave_many")
    running.leaves += len(lines)
    tag, at = str(running.tag), int(now.timestamp())
    writers = {code: leaf_writer(tag, at, refused=code) for code in {line.refused for line in lines}}
    chance = secrets.token_bytes(_SALT * len(lines))
    salts = [chance[at : at + _SALT] for at in range(0, len(chance), _SALT)]
    entries = [
        writers[line.refused](commitment(salt, line.said)) for salt, line in zip(salts, lines, strict=True)
    ]
    # The ids are drawn in the order of the places, and nobody else draws one meanwhile: the order is locked.
    first = _next_position()
    ids = draw("strongroom_leaf_id_seq", len(lines))
    copy_rows(
        "strongroom_leaf",
        ["id", "entry", "leaf_hash", "position"],
        (
            (leaf_id, entry, leaf_hash(entry), position)
            for position, (leaf_id, entry) in enumerate(zip(ids, entries, strict=True), first)
        ),
    )
    copy_rows(
        "strongroom_leafpayload",
        ["leaf_id", "salt", "payload"],
        ((leaf_id, salt, as_jsonb(line.said)) for leaf_id, salt, line in zip(ids, salts, lines, strict=True)),
    )
    return ids


def _who(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}"


def _write(tag: Tag, payload: Mapping[str, Any], now: datetime, *, refused: str | None) -> int:
    salt = secrets.token_bytes(_SALT)
    committed = commitment(salt, canonical_payload(payload))
    entry = encode_leaf(LogLeaf(tag=str(tag), at=int(now.timestamp()), refused=refused, commitment=committed))
    leaf = Leaf.objects.create(entry=entry, leaf_hash=leaf_hash(entry), position=_next_position())
    LeafPayload.objects.create(leaf_id=leaf.pk, salt=salt, payload=payload)
    return leaf.pk


def hold_order() -> None:
    """Be the only one who writes a leaf until the transaction ends; whoever reads first and then leaves one takes it early."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", locks.ORDER)


def _next_position() -> int:
    # One writer at a time until it commits: places are given in the order of commits, and none is left empty.
    hold_order()
    last = Leaf.objects.order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else last + 1
