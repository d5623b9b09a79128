"""What the register's pages and its file show of a member of staff: facts, with the words for them."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from chopmark.authority.catalogue.reading import current
from chopmark.authority.participants.access import Access, Cleared, Leaver, ReviewLine
from chopmark.authority.participants.states import ClearanceKind
from chopmark.authority.web.words import CLEARANCES, ROLES, STANDINGS, VERDICTS, WHY_LEAVE
from chopmark.look.statuses import Status

# Who gives the first roles has no number of her own.
SETUP = "setup"


@dataclass(frozen=True, slots=True)
class PersonLine:
    access: Access
    roles: tuple[Promise, ...]
    outlet: str
    given_by: str
    vetted_until: date | None
    nondisclosure_until: date | None
    standing: Status

    @property
    def is_open(self) -> bool:
        return bool(self.access.roles)


@dataclass(frozen=True, slots=True)
class ClearanceLine:
    kind: Promise
    done_on: date
    valid_until: date
    recorded_by: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class LeaverLine:
    leaver: Leaver
    reason: Promise


@dataclass(frozen=True, slots=True)
class ReviewedLine:
    person: PersonLine
    line: ReviewLine
    roles: tuple[Promise, ...]
    verdict: Status | None


def person_line(access: Access) -> PersonLine:
    outlet = current().outlets.outlets.get(access.outlet)
    return PersonLine(
        access=access,
        roles=tuple(ROLES[role] for role in access.roles),
        outlet=str(outlet.names) if outlet else access.outlet,
        given_by=", ".join(map(giver, access.given_by)),
        vetted_until=access.valid_until.get(ClearanceKind.VETTING),
        nondisclosure_until=access.valid_until.get(ClearanceKind.NONDISCLOSURE),
        standing=STANDINGS[access.standing],
    )


def clearance_line(one: Cleared) -> ClearanceLine:
    return ClearanceLine(
        CLEARANCES[one.kind], one.done_on, one.valid_until, giver(one.recorded_by), one.recorded_at
    )


def leaver_line(leaver: Leaver) -> LeaverLine:
    return LeaverLine(leaver, WHY_LEAVE[leaver.reason])


def review_line(line: ReviewLine) -> ReviewedLine:
    return ReviewedLine(
        person=person_line(line.access),
        line=line,
        roles=tuple(ROLES[role] for role in line.roles),
        verdict=VERDICTS[line.verdict] if line.verdict else None,
    )


def giver(who: str) -> str:
    return _("when the authority was set up") if who == SETUP else who


def heads() -> list[str]:
    return [
        _("Staff number"),
        _("Name"),
        _("Roles"),
        _("Centre"),
        _("Since"),
        _("Given by"),
        _("Last sign-in"),
        _("Vetted until"),
        _("Non-disclosure agreement until"),
        _("State"),
    ]


def cells(access: Access) -> list[object]:
    line = person_line(access)
    return [
        access.number,
        access.name,
        "; ".join(map(str, line.roles)),
        line.outlet,
        _moment(access.since),
        line.given_by,
        _moment(access.last_seen),
        line.vetted_until or "",
        line.nondisclosure_until or "",
        line.standing.word,
    ]


def _moment(moment: datetime | None) -> str:
    return current().authority.local(moment).isoformat(timespec="minutes") if moment else ""
