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
    _hold_all(session.record_id)
    record = require_signed_in(session, actor, now)
    _write(record, forbidden=True, officer="", actor=actor, now=now)


@act(Tag.MARKETING_FORBIDDEN)
def forbid_for_her(*, case_id: UUID, actor: Actor, now: datetime) -> None:
    """An officer writes it down under a case of her own, because the subject asked by letter or telephone."""
    officer = owners.require_officer(actor)
    found = Case.objects.filter(pk=case_id).values_list("record", flat=True).first()
    if found is not None:
        _hold_all(found)
    case = cases.hold(case_id)
    cases.require_live(case, now)
    if case.kind != CaseKind.OFFICER:
        raise CaseNotYours
    cases.require_own(case, actor)
    _write(case.record, forbidden=True, officer=officer.number, actor=actor, now=now)


@act(Tag.MARKETING_PERMITTED)
def permit(*, session: SubjectSession, actor: Actor, now: datetime) -> None:
    """The subject takes her word back; nobody else can. What she chose before counts again."""
    _hold_all(session.record_id)
    record = require_signed_in(session, actor, now)
    _write(record, forbidden=False, officer="", actor=actor, now=now)


def standing(record_id: UUID) -> Suppression | None:
    """Her word that nobody may contact her, if it is her last one."""
    found = Suppression.objects.filter(record__in=_hers(record_id)).order_by("-id").first()
    return found if found is not None and found.forbidden else None


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
select last.id from (
  select distinct on (asked.id) asked.id, said.forbidden
  from strongroom_suppression said
  join strongroom_record hers on hers.id = said.record_id
  join strongroom_record asked on asked.id = hers.id or (
    asked.blind_index = hers.blind_index and exists (
      select 1 from strongroom_case home
      where home.record_id = hers.id and (home.confirmed_at is not null or home.closed_at is not null)))
  where asked.id = any(string_to_array(%s, ',')::uuid[])
  order by asked.id, said.id desc
) last where last.forbidden
"""


def _hers(record_id: UUID) -> QuerySet[Record]:
    """This record, and every other of the same person whose application came home."""
    # A form that anybody may send with somebody's number speaks for nobody else's record.
    home = Case.objects.filter(
        Q(confirmed_at__isnull=False) | Q(closed_at__isnull=False), record=OuterRef("pk")
    )
    index = Record.objects.filter(pk=record_id).values("blind_index")
    return Record.objects.filter(Q(pk=record_id) | Q(Exists(home), blind_index__in=index))


def _hold_all(record_id: UUID) -> None:
    """Lock every live record of the person, in the one order, so that releases that run are awaited."""
    index = Record.objects.filter(pk=record_id).values("blind_index")
    every = Record.objects.filter(Q(pk=record_id) | Q(blind_index__in=index))
    list(every.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))


def _write(record: Record, *, forbidden: bool, officer: str, actor: Actor, now: datetime) -> None:
    payload = {"record": str(record.pk)}
    if (standing(record.pk) is not None) == forbidden:
        # Said again, it changes nothing.
        leave(actor=actor, payload=payload, now=now)
        return
    word = Suppression(record=record, forbidden=forbidden, officer=officer, at=now)
    leave_with(word, actor=actor, payload=payload, now=now)
