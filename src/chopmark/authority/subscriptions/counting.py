"""Counting certificates by what decides about their subscriptions: PostgreSQL groups them, and no process holds them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from chopmark.authority.catalogue.reading import current
from chopmark.authority.subscriptions.policy import Cohort, Given, Placed
from chopmark.authority.subscriptions.selectors import (
    Base,
    Subscription,
    first_subscription,
    given,
    period_of,
)

# Certificates of one type that began on one day and were paid alike are alike to every decision. The bounds of notBefore are
# found by an index, and what came of a campaign by the references of its applications.
_GROUPS = """
    select certificate.type_code, certificate.issuer_id, (certificate.not_before at time zone %(zone)s)::date,
           case when certificate.application_reference like 'CP%%'
                then left(substring(certificate.application_reference from 3), -9)::bigint end,
           certificate.not_after, coalesce(application.outlet, ''), invoiced.months, invoiced.cents, invoiced.line,
           exists (select from revocation_revocation revocation where revocation.issuer_id = certificate.issuer_id
                   and revocation.serial_number = certificate.serial_number and revocation.revoked_at <= %(at)s),
           count(*)
    from issuance_certificate certificate
    left join applications_application application on application.reference = certificate.application_reference
    left join ledger_invoice invoice on invoice.reference = certificate.application_reference
    left join lateral (
        select max(line.months) as months, sum(line.amount_minor) as cents, min(line.line) as line
        from ledger_invoiceline line where line.invoice_id = invoice.id and line.months > 0
    ) invoiced on true
    where {wanted} group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 order by 1, 3
"""
_HOLDERS = """
    select count(distinct application.record_id), count(distinct application.record_id) filter (where application.login_id <> 0)
    from issuance_certificate certificate
    join applications_application application on application.reference = certificate.application_reference
    where {wanted} and certificate.not_after > %(at)s
      and not exists (select from revocation_revocation revocation where revocation.issuer_id = certificate.issuer_id
                      and revocation.serial_number = certificate.serial_number and revocation.revoked_at <= %(at)s)
"""
# The length too: the references of campaign 10000 stand between those of campaign 1000.
_REFERENCES = (
    "certificate.application_reference between %(first_of)s and %(last_of)s"
    " and length(certificate.application_reference) = length(%(first_of)s)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """So many certificates that are alike."""

    place: Placed
    base: Base | None
    outlet: str
    not_after: datetime
    is_revoked: bool
    count: int

    @property
    def not_before(self) -> datetime:
        return _midnight(self.place.first_day)

    def subscription(self, decisions: Sequence[Given]) -> Subscription | None:
        if self.base is None:
            return None
        return period_of(self.place, self.base, self.not_before, self.not_after, decisions)


def groups_of(cohort: Cohort, at: datetime) -> Iterator[Group]:
    """Every recorded certificate of a cohort, counted by what is alike."""
    wanted, parameters = _wanted(cohort)
    usual = cache(first_subscription)  # of each day of each type, once
    with connection.cursor() as cursor:
        cursor.execute(_GROUPS.format(wanted=wanted), {**parameters, "at": at})
        for (
            type_code,
            issuer_id,
            day,
            made_by,
            not_after,
            outlet,
            months,
            cents,
            line,
            revoked,
            count,
        ) in cursor:
            base = Base(months, not cents, line) if months else usual(type_code, day)
            yield Group(
                place=Placed(type_code, issuer_id, day, made_by),
                base=base,
                outlet=outlet,
                not_after=not_after,
                is_revoked=revoked,
                count=count,
            )


def holders_of(cohort: Cohort, at: datetime) -> tuple[int, int]:
    """How many records the good certificates of a cohort are of; and of how many somebody can sign in and read it."""
    wanted, parameters = _wanted(cohort)
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS.format(wanted=wanted), {**parameters, "at": at})
        count, with_page = cursor.fetchone()
        return int(count), int(with_page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Of one type, certificates that began in one month: how many are free, paid and over at a moment."""

    type_code: str
    month: str
    free: int = 0
    free_by_decision: int = 0  # of those that are free
    paid: int = 0
    over: int = 0  # its period has ended, the certificate has, or it was revoked


def counts(*, first_day: date | None, before_day: date | None, at: datetime) -> list[Counted]:
    """Subscriptions of certificates that began on these days, by type and month, as they stand at a moment."""
    decisions = given()
    found: dict[tuple[str, str], dict[str, int]] = {}
    for group in groups_of(Cohort(first_day=first_day, before_day=before_day), at):
        subscription = group.subscription(decisions)
        if subscription is None:
            continue
        row = found.setdefault((group.place.type_code, f"{group.place.first_day:%Y-%m}"), {})
        for name in _names(subscription, group, at):
            row[name] = row.get(name, 0) + group.count
    return [Counted(type_code=code, month=month, **row) for (code, month), row in sorted(found.items())]


def _names(subscription: Subscription, group: Group, at: datetime) -> tuple[str, ...]:
    if group.is_revoked or subscription.is_over(at):
        return ("over",)
    if not subscription.is_free:
        return ("paid",)
    return ("free", "free_by_decision") if subscription.decision else ("free",)


def _wanted(cohort: Cohort) -> tuple[str, Mapping[str, Any]]:
    """The conditions as PostgreSQL asks them; the days as the moments at which they begin, so that the index serves."""
    asked = {
        "certificate.type_code = %(type_code)s": cohort.type_code,
        "certificate.issuer_id = %(issuer_id)s": cohort.issuer_id,
        "certificate.not_before >= %(first_day)s": cohort.first_day and _midnight(cohort.first_day),
        "certificate.not_before < %(before_day)s": cohort.before_day and _midnight(cohort.before_day),
        _REFERENCES: cohort.made_by,
    }
    conditions = [
        "certificate.kind = 'certificate'",
        *(sql for sql, value in asked.items() if value is not None),
    ]
    of = f"CP{cohort.made_by or 0:04d}"
    parameters = {
        "zone": current().authority.zone,
        "type_code": cohort.type_code,
        "issuer_id": cohort.issuer_id,
        "first_day": asked["certificate.not_before >= %(first_day)s"],
        "before_day": asked["certificate.not_before < %(before_day)s"],
        "first_of": f"{of}{0:09d}",
        "last_of": f"{of}{10**9 - 1}",
    }
    return " and ".join(conditions), parameters


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=ZoneInfo(current().authority.zone))
