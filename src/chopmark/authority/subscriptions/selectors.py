"""Reading subscriptions: one certificate's, and how many of each there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.pack import Subscription as Offer
from chopmark.authority.catalogue.reading import current
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.ledger.selectors import invoice_of
from chopmark.authority.subscriptions.models import CohortDecision
from chopmark.authority.subscriptions.policy import Cohort, Given, Placed, longest, months_within

CAMPAIGNS_OWN = "CP"  # how the references of its applications begin (applications.population)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Until when a holder has what she has, and by what: a line of the tariff, or a decision about a cohort."""

    since: datetime
    until: datetime
    months: int
    is_free: bool
    line: str
    decision: str | None  # the campaign in which it was decided

    def is_over(self, at: datetime) -> bool:
        return self.until <= at


@dataclass(frozen=True, slots=True)
class Base:
    """What a holder has without any decision: by her invoice, or by the type's first subscription."""

    months: int
    is_free: bool
    line: str


def subscription_of(certificate: Certificate, *, at: datetime | None = None) -> Subscription | None:
    """What the holder of a certificate has, or had by what was decided until a moment; a type without subscriptions has none."""
    place = placed(certificate)
    base = _invoiced(certificate.application_reference) or first_subscription(
        place.type_code, place.first_day
    )
    if base is None:
        return None
    return period_of(place, base, certificate.not_before, certificate.not_after, given(at))


def period_of(
    place: Placed, base: Base, not_before: datetime, not_after: datetime, decisions: Sequence[Given]
) -> Subscription:
    """The longer of what she has and what was given; never longer than the certificate, and never shorter than before."""
    decided = longest(place, decisions)
    last = current().authority.day_of(not_after)
    more = 0 if decided is None else months_within(place.first_day, decided.free_months, last)
    if decided is None or more <= months_within(place.first_day, base.months, last):
        return Subscription(
            since=not_before,
            until=_ends(place.first_day, base.months, not_after),
            months=base.months,
            is_free=base.is_free,
            line=base.line,
            decision=None,
        )
    return Subscription(
        since=not_before,
        until=_ends(place.first_day, decided.free_months, not_after),
        months=decided.free_months,
        is_free=True,
        line=base.line,
        decision=decided.reference,
    )


def _ends(first: date, months: int, not_after: datetime) -> datetime:
    midnight = datetime.combine(
        catalogue.months_later(first, months), time(), tzinfo=ZoneInfo(current().authority.zone)
    )
    return min(midnight, not_after)


def placed(certificate: Certificate) -> Placed:
    reference = certificate.application_reference
    return Placed(
        type_code=certificate.type_code,
        issuer_id=certificate.issuer_id,
        first_day=current().authority.day_of(certificate.not_before),
        made_by=campaign_of(reference),
    )


def campaign_of(reference: str) -> int | None:
    """The campaign in the reference of an application that one made: CP, its number, five digits and four."""
    return int(reference[2:-9]) if reference.startswith(CAMPAIGNS_OWN) else None


def first_subscription(type_code: str, first_day: date) -> Base | None:
    """What somebody has whom nobody sent an invoice: whoever ordered the campaign paid for it, by the tariff of the day."""
    kind = catalogue.certificate_type(type_code, first_day)
    offer = shortest(kind.subscriptions)
    if offer is None:
        return None
    lines = [catalogue.price(code, first_day) for code in offer.first]
    return Base(
        months=offer.months,
        is_free=not any(line.amount_minor for line in lines),
        line=lines[0].code if lines else "",
    )


def shortest(offers: Sequence[Offer]) -> Offer | None:
    return min(offers, key=lambda one: one.months, default=None)


def _invoiced(reference: str) -> Base | None:
    """What stands on her invoice: she paid it before anything was issued."""
    invoice = invoice_of(reference)
    if invoice is None:
        return None
    lines = [line for line in invoice.lines.order_by("position") if line.months]
    if not lines:
        return None
    return Base(
        months=max(line.months for line in lines),
        is_free=not any(line.amount_minor for line in lines),
        line=lines[0].line,
    )


def given(at: datetime | None = None) -> list[Given]:
    """Every decision, or those that were made until a moment, the first first: a handful in the life of an authority."""
    rows = CohortDecision.objects.order_by("id")
    rows = rows if at is None else rows.filter(decided_at__lte=at)
    return [Given(row.reference, cohort_in(row), row.free_months) for row in rows]


def cohort_in(row: CohortDecision) -> Cohort:
    return Cohort(
        type_code=row.type_code or None,
        issuer_id=row.issuer_id,
        first_day=row.first_day,
        before_day=row.before_day,
        made_by=row.made_by_id,
    )


def is_decided(campaign_id: int) -> bool:
    return CohortDecision.objects.filter(campaign_id=campaign_id).exists()
