"""The life of a case: found live, confirmed by use, closed, or expired with its record shredded."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import (
    ApplicationNotOfCase,
    CaseClosed,
    CaseExpired,
    CaseUnknown,
    RecordShredded,
)
from chopmark.strongroom.journal import log_failure
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.models import Case, Record
from chopmark.strongroom.policy.errors import CaseNotYours, RecordUnknown
from chopmark.strongroom.policy.models import Hold
from chopmark.strongroom.policy.registers import OfficerCase
from chopmark.strongroom.policy.shapes import CaseKind
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import watching
from chopmark.strongroom.services.watching import Verb
from chopmark.strongroom.tags import Tag


def hold(case_id: UUID) -> Case:
    """The case with its record, locked until the transaction ends: its openings are counted one by one.

    The lock lets rows be written that name the case: a refusal has the log's lock when it writes its line, and whoever
    holds the case waits for that one. A stronger lock would let each wait for the other, and the database end one of them.
    """
    cases = Case.objects.select_related("record").select_for_update(of=("self",), no_key=True)
    case = cases.filter(pk=case_id).first()
    if case is None:
        raise CaseUnknown
    return case


def require_live(case: Case, now: datetime) -> None:
    """The case may be worked under at this moment, and its record can still be read."""
    if case.record.shredded_at is not None:
        raise RecordShredded
    if case.closed_at is not None:
        raise CaseClosed
    if now >= case.closes_at or (case.confirmed_at is None and now >= _unconfirmed_until(case)):
        raise CaseExpired


def require_application(case: Case, reference: str) -> None:
    if case.application_reference != reference:
        raise ApplicationNotOfCase


def confirm(case: Case, now: datetime) -> None:
    """Note that the application arrived: only its receipt told of this case, so any use of it says so."""
    if case.confirmed_at is None:
        case.confirmed_at = now
        case.save(update_fields=["confirmed_at"])


@act(Tag.CASE_CONFIRMED)
def confirm_case(*, case_id: UUID, actor: Actor, now: datetime) -> None:
    """Keep a record beyond its first days, because the application it is for has arrived; again changes nothing."""
    _attend(case_id, actor, Verb.CONFIRM, now)
    case = hold(case_id)
    if case.confirmed_at is None:
        require_live(case, now)
        confirm(case, now)
    leave(actor=actor, payload={"case": str(case.pk)}, now=now)


@act(Tag.CASE_CLOSED)
def close_case(*, case_id: UUID, actor: Actor, now: datetime) -> None:
    """End the leave that a case is; closing it again changes nothing."""
    _attend(case_id, actor, Verb.CLOSE, now)
    case = hold(case_id)
    if case.closed_at is None:
        case.closed_at = now
        case.save(update_fields=["closed_at"])
    leave(actor=actor, payload={"case": str(case.pk)}, now=now)


def _attend(case_id: UUID, actor: Actor, verb: Verb, now: datetime) -> None:
    # Whoever has the case may keep its record and give its leave back, stopped or not, and too late or not: else to be
    # stopped for some days would be records lost. A guess is counted and stopped like any other.
    if not Case.objects.filter(pk=case_id).exists():
        watching.attend_at_door(actor, verb, now)


def expire_unconfirmed(*, actor: Actor, now: datetime) -> int:
    """Shred the records whose application never arrived, each in its own transaction; answers how many."""
    overdue = Case.objects.filter(
        confirmed_at=None, closed_at=None, opened_at__lte=now - terms().case.unconfirmed_for
    )
    waiting = list(overdue.values_list("record", "pk"))
    return sum(_try_to_expire(record_id, case_id, actor, now) for record_id, case_id in waiting)


def _try_to_expire(record_id: UUID, case_id: UUID, actor: Actor, now: datetime) -> bool:
    try:
        return _expire(record_id=record_id, case_id=case_id, actor=actor, now=now)
    except Exception as failure:  # noqa: BLE001  the next must be tried; this one is again in the next round
        log_failure(__name__, failure)
        return False


@act(Tag.CASE_EXPIRED)
def _expire(*, record_id: UUID, case_id: UUID, actor: Actor, now: datetime) -> bool:
    # The record before its case, in the order in which all do.
    record = hold_record(record_id)
    case = hold(case_id)
    # Somebody may have confirmed it since the list was read.
    expires = case.confirmed_at is None and case.closed_at is None
    if expires:
        case.closed_at = now
        case.save(update_fields=["closed_at"])
        expires = not is_held(record_id, now)
        if expires:
            shred(record, now)
    leave(actor=actor, payload={"case": str(case.pk), "shredded": expires}, now=now)
    return expires


def hold_record(record_id: UUID) -> Record:
    """The record, locked until the transaction ends: holding, choosing and shredding it wait for one another.

    As with a case, rows that name it may be written meanwhile.
    """
    record = Record.objects.select_for_update(no_key=True).filter(pk=record_id).first()
    if record is None:
        raise RecordUnknown
    return record


def record_of(application: str) -> UUID:
    """The one record that came home with an application, to be opened; a form that anybody may send names nobody's."""
    found = records_of(application)
    if len(found) != 1:
        raise RecordUnknown
    return found.pop()


def records_of(application: str) -> set[UUID]:
    """Every record that came home with an application, to be kept.

    Whoever has the number can send a second form under it, and the operator call it home: no reason to destroy the first.
    """
    home = Case.objects.filter(kind=CaseKind.APPLICATION, application_reference=application)
    found = set(home.exclude(confirmed_at=None).values_list("record", flat=True))
    if not found:
        raise RecordUnknown
    return found


def came_home(record_id: UUID) -> bool:
    """The application that a record was made for has arrived."""
    home = Case.objects.filter(kind=CaseKind.APPLICATION, record=record_id)
    return home.exclude(confirmed_at=None).exists()


def require_own(case: Case, actor: Actor) -> None:
    """An officer's case is leave for that officer only."""
    if case.kind == CaseKind.OFFICER and not OfficerCase.objects.filter(case=case, officer=actor.id).exists():
        raise CaseNotYours


def in_force(now: datetime) -> Q:
    """Holds that are not lifted and not past their day; also one that was placed since the asker looked at the clock."""
    return Q(lifted=None) & (Q(until=None) | Q(until__gt=now))


def in_force_since(moment: datetime) -> Q:
    """Holds that were in force at a moment or came later, whatever became of them."""
    not_lifted = Q(lifted=None) | Q(lifted__lifted_at__gt=moment)
    return not_lifted & (Q(until=None) | Q(until__gt=moment))


def is_held(record_id: UUID, now: datetime) -> bool:
    """The owner said that this record is not to be destroyed; ask with the record locked."""
    return Hold.objects.filter(in_force(now), record=record_id).exists()


def was_held_since(record_id: UUID, moment: datetime) -> bool:
    """The record was held at that moment, or at any later one."""
    return Hold.objects.filter(in_force_since(moment), record=record_id).exists()


def shred(record: Record, now: datetime) -> None:
    """Destroy the only key to a record, and what found it. What was done with it stays in the log."""
    record.wrapped_key = record.ciphertext = record.blind_index = record.form_digest = None
    record.access_salt = record.access_verifier = None
    record.language = ""
    record.shredded_at = now
    record.save()


def _unconfirmed_until(case: Case) -> datetime:
    return case.opened_at + terms().case.unconfirmed_for
