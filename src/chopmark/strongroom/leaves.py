"""The strongroom's log: a leaf in every act's transaction, one after every refusal's rollback."""

import functools
import secrets
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.db import connection, transaction

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.leaf import Leaf as LogLeaf
from chopmark.pki.tlog.leaf import commitment, encode_leaf
from chopmark.pki.tlog.merkle import leaf_hash
from chopmark.pki.tlog.proof import canonical_payload
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.models import Leaf, LeafPayload
from chopmark.strongroom.tags import Tag

P = ParamSpec("P")
R = TypeVar("R")

# Any two numbers that nobody else in this database uses.
_ORDER_LOCK = (0x5374, 1)


@dataclass(slots=True)
class _Act:
    tag: Tag
    leaves: int = 0
    on_refusal: list[Callable[[Refusal, int], None]] = field(default_factory=list)


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


def if_refused(write: Callable[[Refusal, int], None]) -> None:
    """What else to write beside the refusal's leaf, in the same new transaction; it gets the leaf's id."""
    running = _current.get()
    if running is None:
        raise RuntimeError("if_refused() outside an act")
    running.on_refusal.append(write)


def _record_refusal(running: _Act, refusal: Refusal, kwargs: Mapping[str, Any]) -> None:
    actor: Actor = kwargs["actor"]
    payload = {"actor": _who(actor), "details": refusal.details}
    with transaction.atomic(durable=True):
        leaf_id = _write(running.tag, payload, kwargs["now"], refused=refusal.code)
        for write in running.on_refusal:
            write(refusal, leaf_id)


def leave(*, actor: Actor, payload: Mapping[str, Any], now: datetime, tag: Tag | None = None) -> int:
    """Write the leaf of the act that is running; answers the leaf's id, which pages call the log entry.

    The payload holds identifiers and words of ours: never a value that somebody typed.
    """
    running = _current.get()
    if running is None:
        raise RuntimeError("leave() outside an act")
    running.leaves += 1
    return _write(tag or running.tag, {"actor": _who(actor), **payload}, now, refused=None)


def _who(actor: Actor) -> str:
    return f"{actor.kind}:{actor.id}"


def _write(tag: Tag, payload: Mapping[str, Any], now: datetime, *, refused: str | None) -> int:
    salt = secrets.token_bytes(32)
    committed = commitment(salt, canonical_payload(payload))
    entry = encode_leaf(LogLeaf(tag=str(tag), at=int(now.timestamp()), refused=refused, commitment=committed))
    leaf = Leaf.objects.create(entry=entry, leaf_hash=leaf_hash(entry), position=_next_position())
    LeafPayload.objects.create(leaf_id=leaf.pk, salt=salt, payload=payload)
    return leaf.pk


def _next_position() -> int:
    # One writer at a time until it commits: places are given in the order of commits, and none is left empty.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", _ORDER_LOCK)
    last = Leaf.objects.order_by("-position").values_list("position", flat=True).first()
    return 0 if last is None else last + 1
