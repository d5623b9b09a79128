"""One list beats all others: whom nobody may contact for marketing, whatever choices, grants or cases say."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.leaves import act, leave, leave_with
from chopmark.strongroom.models import Case, Record
from chopmark.strongroom.policy.errors import CaseNotYours, MarketingForbidden
from chopmark.strongroom.policy.models import Suppression
from chopmark.strongroom.policy.shapes import CaseKind
from chopmark.strongroom.services import cases, owners
from chopmark.strongroom.services.leave_to_open import SubjectSession, require_signed_in
from chopmark.strongroom.tags import Tag


@act(Tag.MARKETING_FORBIDDEN)
def forbid(*, session: SubjectSession, actor: Actor, now: datetime) -> None:
    """The subject, signed in at the desk, forbids all marketing: when this returns, nothing is given for it any more."""
    hold_all(session.record_id)
    record = require_signed_in(session, actor, now)
    _forbid(record, officer="", actor=actor, now=now)


@act(Tag.MARKETING_FORBIDDEN)
def forbid_for_her(*, case_id: UUID, actor: Actor, now: datetime) -> None:
    """An officer writes it down under a case of her own, because the subject asked by letter or telephone."""
    officer = owners.require_officer(actor)
    found = Case.objects.filter(pk=case_id).values_list("record", flat=True).first()
    if found is not None:
        hold_all(found)
    case = cases.hold(case_id)
    cases.require_live(case, now)
    if case.kind != CaseKind.OFFICER:
        raise CaseNotYours
    cases.require_own(case, actor)
    _forbid(case.record, officer=officer.number, actor=actor, now=now)


@act(Tag.MARKETING_PERMITTED)
def permit(*, session: SubjectSession, actor: Actor, now: datetime) -> None:
    """The subject takes her word back of the record that she signed in to; nobody else can, and of no other."""
    hold_all(session.record_id)
    record = require_signed_in(session, actor, now)
    payload = {"record": str(record.pk)}
    word = standing(record.pk)
    if word is None or word.record_id != record.pk:
        # Said again, it changes nothing.
        leave(actor=actor, payload=payload, now=now)
        return
    back = Suppression(record=record, forbidden=False, officer="", at=now)
    leave_with(back, actor=actor, payload=payload, now=now)


def standing(record_id: UUID) -> Suppression | None:
    """Her word that nobody may contact her: of this record, or else of another of hers."""
    return next(iter(standings(record_id)), None)


def standings(record_id: UUID) -> list[Suppression]:
    """The same of each of her records where it is the last word; of this record first, then the oldest."""
    words = Suppression.objects.filter(_is_last(), forbidden=True, record__in=_hers(record_id)).order_by("id")
    return sorted(words, key=lambda word: word.record_id != record_id)


def require_permitted(record_id: UUID) -> None:
    """She has not forbidden marketing; ask with the record locked, so that her word is awaited or seen."""
    if standing(record_id) is not None:
        raise MarketingForbidden


def hold_of_case(case_id: UUID) -> None:
    """Lock the case's record before the case, as whoever writes her word down does."""
    found = Case.objects.filter(pk=case_id).values_list("record", flat=True).first()
    if found is not None:
        cases.hold_record(found)


def forbidden_among(record_ids: Iterable[UUID]) -> set[UUID]:
    """Which of many records, locked already, are those of somebody who has forbidden marketing."""
    with connection.cursor() as cursor:
        cursor.execute(_FORBIDDEN, (",".join(map(str, record_ids)),))
        return {record_id for (record_id,) in cursor.fetchall()}


# From the few who have said something to their records, and from these to the ones that were asked for.
_FORBIDDEN = """
select distinct asked.id
from strongroom_suppression said
join strongroom_record hers on hers.id = said.record_id
join strongroom_record asked on asked.id = hers.id or (
  asked.blind_index = hers.blind_index and 2 = (
    select count(distinct home.record_id) from strongroom_case home
    where home.record_id in (asked.id, hers.id) and home.kind = 'application' and home.confirmed_at is not null))
where said.forbidden and asked.id = any(string_to_array(%s, ',')::uuid[]) and not exists (
  select 1 from strongroom_suppression later where later.record_id = said.record_id and later.id > said.id)
"""


def hand_on(record_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Before a record is destroyed, its word goes to those of hers that have none of their own; hold them all first."""
    word = next((each for each in standings(record_id) if each.record_id == record_id), None)
    if word is None:
        return
    said = Suppression.objects.filter(record=OuterRef("pk"))
    for heir in _hers(record_id).exclude(Exists(said)).order_by("pk"):
        _write(heir, officer=word.officer, at=word.at, actor=actor, now=now)


def hold_all(record_id: UUID) -> None:
    """Lock every live record of the person, in the one order, so that releases that run are awaited."""
    index = Record.objects.filter(pk=record_id).values("blind_index")
    every = Record.objects.filter(Q(pk=record_id) | Q(blind_index__in=index))
    list(every.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _hers(record_id: UUID) -> QuerySet[Record]:
    """This record, and if its application came home every other of the same person whose application did."""
    # A form that anybody may send with somebody's number speaks for nobody else's record, and is not told what she said.
    if not cases.came_home(record_id):
        return Record.objects.filter(pk=record_id)
    home = Case.objects.filter(kind=CaseKind.APPLICATION, confirmed_at__isnull=False, record=OuterRef("pk"))
    index = Record.objects.filter(pk=record_id).values("blind_index")
    return Record.objects.filter(Q(pk=record_id) | Q(Exists(home), blind_index__in=index))


def _is_last() -> Q:
    later = Suppression.objects.filter(record=OuterRef("record"), id__gt=OuterRef("id"))
    return ~Q(Exists(later))


def _forbid(record: Record, *, officer: str, actor: Actor, now: datetime) -> None:
    """Of each of her records by itself: one that is destroyed later takes no other's word with it."""
    said = {word.record_id for word in standings(record.pk)}
    unsaid = _hers(record.pk).exclude(pk__in=said).order_by("pk")
    for each in unsaid:
        _write(each, officer=officer, at=now, actor=actor, now=now)
    if not unsaid:
        # Said again, it changes nothing.
        leave(actor=actor, payload={"record": str(record.pk)}, now=now)


def _write(record: Record, *, officer: str, at: datetime, actor: Actor, now: datetime) -> None:
    word = Suppression(record=record, forbidden=True, officer=officer, at=at)
    payload = {"record": str(record.pk)}
    leave_with(word, actor=actor, payload=payload, now=now, tag=Tag.MARKETING_FORBIDDEN)
