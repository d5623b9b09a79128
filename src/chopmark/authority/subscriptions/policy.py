"""Which certificates a decision is about, whether it may follow others, and until when a period goes. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from chopmark.authority.catalogue.selectors import months_later
from chopmark.authority.subscriptions.errors import CohortOpen, PeriodShortened


class Placed(NamedTuple):
    """What of a certificate a cohort may ask: it stands in its row, and that row never changes."""

    type_code: str
    issuer_id: int
    first_day: date  # of notBefore, where the authority is
    made_by: int | None  # the campaign that made it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """All of it must hold of a certificate, and what is None is not asked."""

    type_code: str | None = None
    issuer_id: int | None = None
    first_day: date | None = None
    before_day: date | None = None
    made_by: int | None = None

    def require_closed(self) -> None:
        """Whatever is issued for ever after is no cohort: that is a tariff, and the pack has it."""
        if self.before_day is None and self.made_by is None:
            raise CohortOpen

    def has(self, one: Placed) -> bool:
        return (
            self.type_code in (None, one.type_code)
            and self.issuer_id in (None, one.issuer_id)
            and self.made_by in (None, one.made_by)
            and (self.first_day is None or one.first_day >= self.first_day)
            and (self.before_day is None or one.first_day < self.before_day)
        )

    def meets(self, other: "Cohort") -> bool:
        """Whether a certificate could be in both; whether there is one does not matter, since there may be one tomorrow."""
        return (
            _agree(self.type_code, other.type_code)
            and _agree(self.issuer_id, other.issuer_id)
            and _agree(self.made_by, other.made_by)
            and _begins_before(self.first_day, other.before_day)
            and _begins_before(other.first_day, self.before_day)
        )


class Given(NamedTuple):
    """One decision: by which campaign, to whom, and how long from the beginning of a certificate."""

    reference: str
    cohort: Cohort
    free_months: int


def _agree(one: object, other: object) -> bool:
    return one is None or other is None or one == other


def _begins_before(first: date | None, before: date | None) -> bool:
    return first is None or before is None or first < before


def require_extends(cohort: Cohort, free_months: int, earlier: Iterable[Given]) -> None:
    """Only more may be given: whoever has more by an earlier decision must not read in a later one that it is less."""
    longer = [one for one in earlier if one.free_months > free_months and one.cohort.meets(cohort)]
    if longer:
        raise PeriodShortened(decision=longer[0].reference, free_months=longer[0].free_months)


def longest(one: Placed, given: Iterable[Given]) -> Given | None:
    """Of the decisions about a certificate the one that gives most; of equals the first, which was there before."""
    return max(
        (each for each in given if each.cohort.has(one)), key=lambda each: each.free_months, default=None
    )


def months_within(first: date, months: int, last: date) -> int:
    """How many of these months end before a certificate does."""
    return next((n for n in range(months, 0, -1) if months_later(first, n) <= last), 0)
