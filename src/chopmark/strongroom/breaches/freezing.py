"""Evidence of a breach is kept: its records are held, the log is known as it was, until an officer of the owner lifts it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from chopmark.pki.tlog.merkle import EMPTY_ROOT
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.breaches import register
from chopmark.strongroom.breaches.errors import EvidenceFrozenAlready, EvidenceNotFrozen
from chopmark.strongroom.breaches.models import Breach, EvidenceFreeze, FreezeLift, FrozenRecord
from chopmark.strongroom.breaches.words import said as words_said
from chopmark.strongroom.leaves import act, hold_order, leave, leave_with
from chopmark.strongroom.models import LogCheckpoint, Officer, Record
from chopmark.strongroom.policy.models import Hold, HoldLift
from chopmark.strongroom.services import owners
from chopmark.strongroom.tags import Tag

# Why such a hold stands: a word of the desk's own, which no officer can choose.
REASON = "breach"


@act(Tag.EVIDENCE_FROZEN)
def freeze(*, number: int, actor: Actor, now: datetime) -> EvidenceFreeze:
    """Freeze a breach's evidence anew, as an officer of the owner, with every record that its list has had."""
    officer = owners.require_owner(actor)
    breach = register.breach_of(number)
    records = hold_records(register.record_ids(breach))
    hold_order()
    if _in_force(breach) is not None:
        raise EvidenceFrozenAlready
    return begin(breach, records, officer=officer, actor=actor, now=now)


@act(Tag.EVIDENCE_RELEASED)
def lift(*, number: int, reason: str, actor: Actor, now: datetime) -> None:
    """End the freeze of a breach's evidence for a reason; the desk's clock then lifts the holds, one by one."""
    officer = owners.require_owner(actor)
    words = words_said(reason)
    hold_order()
    in_force = require_frozen(register.breach_of(number))
    row = FreezeLift(freeze=in_force, reason=words, officer=officer, lifted_at=now)
    leave_with(row, actor=actor, payload={"breach": number}, now=now)


def begin(
    breach: Breach, records: Sequence[Record], *, officer: Officer, actor: Actor, now: datetime
) -> EvidenceFreeze:
    """Within an act that holds the log's lock and the records: write the freeze down, and hold what is still there."""
    head = LogCheckpoint.objects.order_by("size").last()
    row = EvidenceFreeze(
        breach=breach,
        officer=officer,
        frozen_at=now,
        tree_size=head.size if head else 0,
        root_hash=bytes(head.root_hash) if head else EMPTY_ROOT,
        checkpoint=head.note if head else "",
    )
    facts = {"breach": breach.number, "size": row.tree_size, "root": row.root_hash.hex()}
    leave_with(row, actor=actor, payload=facts, now=now, tag=Tag.EVIDENCE_FROZEN)
    if records:
        keep(row, records, officer=officer, actor=actor, now=now)
    return row


def keep(
    freeze: EvidenceFreeze,
    records: Sequence[Record],
    *,
    officer: Officer,
    actor: Actor,
    now: datetime,
    facts: Mapping[str, Any] | None = None,
) -> None:
    """Hold records, which the caller has locked, for as long as the freeze lasts: one leaf for all of them."""
    holds = Hold.objects.bulk_create(
        Hold(record=record, reason=REASON, placed_by=officer, placed_at=now) for record in records
    )
    frozen = FrozenRecord.objects.bulk_create(FrozenRecord(hold=hold, freeze=freeze) for hold in holds)
    said = {"breach": freeze.breach.number, "records": len(holds), **(facts or {})}
    leave(actor=actor, payload=said, now=now, tag=Tag.EVIDENCE_RECORDS_ADDED, rows=[*holds, *frozen])


def hold_records(record_ids: Collection[UUID]) -> list[Record]:
    """Those of the records that are not destroyed, locked until the transaction ends, in an order that is always the same."""
    return [record for record in _locked(record_ids) if record.shredded_at is None]


def require_frozen(breach: Breach) -> EvidenceFreeze:
    """The freeze of a breach's evidence that is in force; ask with the log's lock."""
    in_force = _in_force(breach)
    if in_force is None:
        raise EvidenceNotFrozen
    return in_force


def release(*, actor: Actor, now: datetime, most: int) -> int:
    """Lift the holds whose freeze has been lifted, as the clock does; answers how many."""
    waiting = FrozenRecord.objects.filter(freeze__lifted__isnull=False, hold__lifted=None)
    lifted = 0
    for freeze_id in waiting.values_list("freeze", flat=True).distinct().order_by("freeze"):
        if lifted < most:
            lifted += _release(freeze_id=freeze_id, most=most - lifted, actor=actor, now=now)
    return lifted


@act(Tag.HOLD_LIFTED)
def _release(*, freeze_id: int, most: int, actor: Actor, now: datetime) -> int:
    """In the name of the officer who lifted the freeze."""
    ended = FreezeLift.objects.select_related("officer", "freeze__breach").get(freeze=freeze_id)
    frozen = FrozenRecord.objects.filter(freeze=freeze_id, hold__lifted=None)
    record_ids = frozen.order_by("hold__record").values_list("hold__record", flat=True)[:most]
    records = list(_locked(list(record_ids)))
    # Asked again with the records locked: another desk's clock may have been here.
    waiting = frozen.filter(hold__record__in=records)
    lifts = HoldLift.objects.bulk_create(
        HoldLift(hold_id=hold_id, lifted_by=ended.officer, lifted_at=now)
        for hold_id in waiting.values_list("hold", flat=True)
    )
    facts = {"breach": ended.freeze.breach.number, "holds": sorted(lift.hold_id for lift in lifts)}
    leave(actor=actor, payload=facts, now=now, rows=lifts)
    return len(lifts)


def _locked(record_ids: Collection[UUID]) -> QuerySet[Record]:
    return Record.objects.select_for_update(no_key=True).filter(pk__in=record_ids).order_by("pk")


def _in_force(breach: Breach) -> EvidenceFreeze | None:
    return EvidenceFreeze.objects.filter(breach=breach, lifted=None).select_related("breach").first()
