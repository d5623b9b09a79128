"""Leaving a leaf: with the act, in its transaction; for a refusal, after the rollback, in a new one."""

import functools
import secrets
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, ParamSpec, TypeVar

from django.db import models, transaction

from chopmark.authority.audit.models import Leaf, Payload
from chopmark.authority.audit.rows import promise
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.copying import as_jsonb, copy_rows, draw
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.alike import leaf_writer
from chopmark.pki.tlog.leaf import Leaf as LogLeaf
from chopmark.pki.tlog.leaf import canonical_payload, commitment, encode_leaf
from chopmark.pki.tlog.merkle import leaf_hash

P = ParamSpec("P")
R = TypeVar("R")
Facts = Mapping[str, str | int]


@dataclass(slots=True)
class _Act:
    tag: AuditTag
    leaves: int = 0


_current: ContextVar[_Act | None] = ContextVar("act", default=None)


class ActLeftNoLeaf(AssertionError):
    """A service marked @act finished without a leaf: a fault of ours, so its effects are rolled back."""


def act(tag: AuditTag) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Run a service in one transaction that must leave a leaf; if it refuses, roll back and then record the refusal.

    The service takes `actor` and `now` by keyword. An act inside an act is a savepoint of the outer one,
    whose refusal is recorded by the outermost only, under the outermost's tag.
    """

    def decorate(service: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(service)
        def perform(*args: P.args, **kwargs: P.kwargs) -> R:
            outer = _current.get()
            running = _Act(tag)
            token = _current.set(running)
            try:
                with transaction.atomic():
                    result = service(*args, **kwargs)
                    if not running.leaves:
                        raise ActLeftNoLeaf(tag)
                    return result
            except Refusal as refusal:
                if outer is None:
                    _record_refusal(tag, refusal, kwargs)
                raise
            finally:
                _current.reset(token)

        return perform

    return decorate


def _record_refusal(tag: AuditTag, refusal: Refusal, kwargs: Mapping[str, Any]) -> None:
    actor: Actor = kwargs["actor"]
    with transaction.atomic():
        _write(
            tag,
            {},
            {"actor": actor.id, "details": refusal.details},
            kwargs["now"],
            actor.outlet,
            refused=refusal.code,
        )


def leave(
    *,
    payload: Mapping[str, Any],
    now: datetime,
    public: Facts | None = None,
    outlet: str | None = None,
    tag: AuditTag | None = None,
    rows: Sequence[models.Model] = (),
) -> int:
    """Write the leaf of the act that is running (or of `tag`); answers the leaf's id.

    `public` holds only what is public anyway: issuer, serial, fingerprint, reason, number, price. `rows` are those that this
    act adds for good: whoever edits one later disagrees with the log (`config/audit/promises.py` looks).
    """
    running = _current.get()
    if tag is None:
        if running is None:
            raise RuntimeError("leave() needs a tag outside an act")
        tag = running.tag
    if running is not None:
        running.leaves += 1
    promises = {"rows": sorted(promise(row) for row in rows)} if rows else {}
    return _write(tag, public or {}, {**payload, **promises}, now, outlet, refused=None)


class Line(NamedTuple):
    """One of many things that an act does: what its leaf says openly, and what it commits to, perhaps in canonical form."""

    public: Facts
    payload: Mapping[str, Any] | bytes


def leave_many(*, lines: Sequence[Line], now: datetime, tag: AuditTag | None = None) -> list[int]:
    """Write a leaf for each of many things, all of one tag, by COPY; their ids in order. Rows are promised by the caller."""
    running = _current.get()
    if tag is None:
        if running is None:
            raise RuntimeError("leave_many() needs a tag outside an act")
        tag = running.tag
    if running is not None:
        running.leaves += len(lines)
    at, ids, chance = (
        int(now.timestamp()),
        draw("audit_leaf_id_seq", len(lines)),
        secrets.token_bytes(32 * len(lines)),
    )
    kinds = {tuple(line.public) for line in lines}
    writers = {names: leaf_writer(str(tag), at, names) for names in kinds}
    entries, payloads = [], []
    for place, (leaf_id, line) in enumerate(zip(ids, lines, strict=True)):
        salt, said = chance[32 * place : 32 * place + 32], line.payload
        if not isinstance(said, bytes):
            said = canonical_payload(said)
        entry = writers[tuple(line.public)](commitment(salt, said), tuple(line.public.values()))
        entries.append((leaf_id, entry, leaf_hash(entry)))
        payloads.append((leaf_id, salt, as_jsonb(said)))
    copy_rows("audit_leaf", {"id": "int8", "entry": "bytea", "leaf_hash": "bytea"}, entries)
    copy_rows("audit_payload", {"leaf_id": "int8", "salt": "bytea", "payload": "bytea"}, payloads)
    return ids


def _write(
    tag: AuditTag,
    public: Facts,
    payload: Mapping[str, Any],
    now: datetime,
    outlet: str | None,
    *,
    refused: str | None,
) -> int:
    salt = secrets.token_bytes(32)
    entry = encode_leaf(
        LogLeaf(
            tag=str(tag),
            at=int(now.timestamp()),
            outlet=outlet,
            refused=refused,
            public=dict(public),
            commitment=commitment(salt, canonical_payload(payload)),
        )
    )
    leaf = Leaf.objects.create(entry=entry, leaf_hash=leaf_hash(entry))
    Payload.objects.create(leaf_id=leaf.pk, salt=salt, payload=payload)
    return leaf.pk


@act(AuditTag.LEAF_SHREDDED)
def shred(*, leaf_id: int, actor: Actor, now: datetime) -> None:
    """Destroy what a leaf commits to; the leaf stays and says nothing any more, and another says that this was done."""
    Payload.objects.filter(leaf_id=leaf_id).delete()
    leave(payload={"actor": actor.id, "shredded": leaf_id}, now=now)
