"""The dry run of a change of a cohort: whose free period becomes longer, and what that costs by the tariff."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.errors import EverythingMatches
from chopmark.authority.campaigns.matching import Matching
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.campaigns.planning import Planned
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.reading import current
from chopmark.authority.custody import selectors as custody
from chopmark.authority.subscriptions.counting import Group, groups_of, holders_of
from chopmark.authority.subscriptions.errors import CohortNotARule, PeriodNotLonger
from chopmark.authority.subscriptions.policy import Cohort, Given, months_within, require_extends
from chopmark.authority.subscriptions.selectors import given, shortest


@dataclass(frozen=True, slots=True, kw_only=True)
class Extending:
    """Which certificates are to be free, and for how long from their beginning on."""

    matching: Matching
    free_months: int

    def as_terms(self) -> dict[str, Any]:
        return {"matching": self.matching.as_terms(), "free_months": self.free_months}


@dataclass(slots=True)
class _Tally:
    """What a plan counts, by groups of certificates that are alike."""

    left_out: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    outlets: Counter[str] = field(default_factory=Counter)
    months: Counter[str] = field(default_factory=Counter)
    over: int = 0  # of those that become longer: the period had ended, and begins again
    foregone_minor: int = 0


def dry_run(wanted: Extending, *, now: datetime) -> Planned:
    """Count whose period becomes longer, and write nothing; what would shorten one, or lengthens none, is refused."""
    if wanted.matching.is_of_everything:
        raise EverythingMatches
    cohort, earlier = cohort_of(wanted.matching.as_terms()), given()
    cohort.require_closed()
    require_extends(cohort, wanted.free_months, earlier)
    tally, day = _Tally(), current().authority.day_of(now)
    for group in groups_of(cohort, now):
        _count(group, wanted.free_months, earlier, tally, day)
    count = tally.types.total()
    if not count:
        raise PeriodNotLonger(**tally.left_out)
    holders, with_page = holders_of(cohort, now)
    return Planned(
        count=count,
        chunks=[],
        facts={
            **wanted.as_terms(),
            "certificates": count,
            "holders": holders,
            "holders_with_page": with_page,
            "begin_again": tally.over,
            "kept": tally.left_out["kept"],
            "already_revoked": tally.left_out["already_revoked"],
            "expired": tally.left_out["expired"],
            "types": dict(tally.types),
            "outlets": dict(tally.outlets),
            "months": dict(sorted(tally.months.items())),
            "currency": current().authority.currency,
            "income_foregone_minor": tally.foregone_minor,
        },
    )


def cohort_of(asked: Mapping[str, Any]) -> Cohort:
    """The conditions of a plan as a rule; `CohortNotARule` if a row of a certificate does not answer them."""
    if asked.keys() - {"type", "issuer", "issued_after", "issued_before", "campaign"}:
        raise CohortNotARule
    issuer, reference = asked.get("issuer"), asked.get("campaign")
    made_by = selectors.by_reference(reference) if reference else None
    return Cohort(
        # What one campaign made is of its type: so it does not meet a cohort of another.
        type_code=asked.get("type") or (made_by.type_code if made_by else None),
        issuer_id=custody.authority_by_slug(issuer).id if issuer else None,
        first_day=_day(asked.get("issued_after")),
        before_day=_day(asked.get("issued_before")),
        made_by=made_by.pk if made_by else None,
    )


def require_extends_still(campaign: Campaign) -> None:
    """Nothing that was decided since the plan gave any of these certificates more than it would."""
    terms = selectors.terms_of(campaign)
    require_extends(cohort_of(terms["matching"]), int(terms["free_months"]), given())


def _day(said: str | None) -> date | None:
    if said is None:
        return None
    moment = current().authority.local(datetime.fromisoformat(said))
    if moment.time() != time():
        raise CohortNotARule
    return moment.date()


def _count(group: Group, free_months: int, earlier: list[Given], tally: _Tally, today: date) -> None:
    has = group.subscription(earlier)
    last = current().authority.day_of(group.not_after)
    if group.is_revoked or last <= today:
        tally.left_out["already_revoked" if group.is_revoked else "expired"] += group.count
        return
    first, will_have = group.place.first_day, months_within(group.place.first_day, free_months, last)
    if has is None or will_have <= months_within(first, has.months, last):
        tally.left_out["kept"] += group.count
        return
    tally.types[group.place.type_code] += group.count
    tally.outlets[group.outlet or "none"] += group.count
    tally.months[f"{first:%Y-%m}"] += group.count
    tally.over += group.count if catalogue.months_later(first, has.months) <= today else 0
    tally.foregone_minor += group.count * sum(_fees(group, has.months, will_have, today))


def _fees(group: Group, has: int, will_have: int, today: date) -> Iterator[int]:
    """What a holder would have paid for the months that she is given, at the tariff of the day on which each subscription begins.

    A subscription that would be over already is no income that is still to come, and of one that is given in part, the part.
    """
    code, first = group.place.type_code, group.place.first_day
    offer = shortest(catalogue.certificate_type(code, today).subscriptions)
    if offer is None:
        return
    for at in range(has, will_have, offer.months):
        months = min(offer.months, will_have - at)
        if catalogue.months_later(first, at + months) > today:
            begins = catalogue.months_later(first, at)
            cents = sum(catalogue.price(line, begins).amount_minor for line in offer.renewal)
            yield cents * months // offer.months
