"""What a plan says of the people behind it: who will be told what, in how many days, and who must come to which counter."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from chopmark.authority.applications import holders
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.pack import Outlet
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.words import Acceptance
from chopmark.authority.notices.policy import Template
from chopmark.authority.participants.policy import is_public_holiday

NOWHERE = "none"  # nobody knows at which centre she would come
DAY = timedelta(days=1)
LONGEST = 3660  # days; whoever waits longer waits for ever


@dataclass(slots=True)
class Telling:
    """How many holders will be told, by the owner's notice; `untold` have no record, so that nobody can write to them."""

    notices: Counter[Template] = field(default_factory=Counter)
    untold: int = 0

    def facts(self) -> dict[str, Any]:
        a_day = current().authority.notices_per_day
        count = self.notices.total()
        return {
            "notices": {template.value: many for template, many in sorted(self.notices.items()) if many},
            "notices_none": self.untold,
            "notices_a_day": a_day,
            "notice_days": -(-count // a_day) if a_day else None,
        }


def acceptance_of(type_code: str, agreement: str, now: datetime) -> Acceptance:
    """What accepts new certificates of a type: an agreement only if the text that holders agreed to says so."""
    wanted = catalogue.certificate_type(type_code, now).campaign_acceptance
    return wanted if catalogue.agreement_accepts(agreement) else Acceptance.OFFER


def issue_facts(
    type_code: str, records: Collection[UUID], now: datetime, *, agreement: str
) -> dict[str, Any]:
    """Of new certificates: their notices, and who can answer. Nobody comes: a key of each is in the file, or drawn for it."""
    asked = acceptance_of(type_code, agreement, now) is Acceptance.OFFER
    template = Template.CERTIFICATE_READY if asked else Template.CERTIFICATE_ISSUED
    telling = Telling(Counter({template: len(records)}))
    return {
        **telling.facts(),
        "cannot_answer": len(records) - holders.with_login(records) if asked else 0,
    }


def counter_facts(
    records: Collection[UUID], known: Mapping[UUID, str], *, now: datetime, by: datetime | None = None
) -> dict[str, Any]:
    """How many must come to which centre, how many of its working days that takes, when it is done, and which misses the day.

    `known` are the centres of the certificates that go; where there is none, that of the person's last application counts.
    """
    at = {record: code for record, code in known.items() if code}
    at |= dict(holders.outlets_of([one for one in records if one not in at]))
    people = Counter(at.get(record, NOWHERE) for record in records)
    authority, outlets = current().authority, current().outlets.outlets
    tomorrow = authority.local(now).date() + DAY
    ends = {
        code: _end(outlets[code], many, tomorrow)
        for code, many in people.items()
        if code in outlets and outlets[code].has_capacity
    }
    day = authority.local(by).date() if by else None
    return {
        "counter_people": dict(sorted(people.items())),
        "counter_days": {code: end.days for code, end in sorted(ends.items())},
        "counter_until": {code: end.on.isoformat() for code, end in sorted(ends.items()) if end.on},
        "counter_late": {
            code: _left(outlets[code], people[code], tomorrow, day)
            for code, end in sorted(ends.items())
            if day and (end.on is None or end.on >= day)
        },
        "counter_unknown": {code: many for code, many in sorted(people.items()) if code not in ends},
    }


@dataclass(frozen=True, slots=True)
class _End:
    """After how many working days everybody was served, and on which day; none: never."""

    days: int
    on: date | None


def _end(outlet: Outlet, people: int, first: date) -> _End:
    left, days = people, 0
    for day, many in _served(outlet, first):
        left -= many
        days += 1
        if left <= 0:
            return _End(days, day)
    return _End(days, None)


def _left(outlet: Outlet, people: int, first: date, day: date) -> int:
    """How many it will not have served when the day begins."""
    return max(0, people - sum(many for on, many in _served(outlet, first) if on < day))


def _served(outlet: Outlet, first: date) -> Iterator[tuple[date, int]]:
    """Each of its working days, and how many people it serves on it."""
    country = current().outlets.holidays
    for after in range(LONGEST):
        day = first + after * DAY
        many = outlet.serves_on(day, holiday=is_public_holiday(country, day))
        if many:
            yield day, many
