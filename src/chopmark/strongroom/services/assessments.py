"""The register of privacy impact assessments (C72): written in versions, and which purposes they cover."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum

from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import PurposeUnknown
from chopmark.strongroom.leaves import act, hold_order, leave_with
from chopmark.strongroom.policy.errors import AssessmentDaysWrong, AssessmentUnknown
from chopmark.strongroom.policy.registers import Assessment, Risk
from chopmark.strongroom.policy.shapes import Purpose
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import owners
from chopmark.strongroom.services.submit import HERE
from chopmark.strongroom.tags import Tag


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """What one version of an assessment says."""

    title: str
    changed: str
    assessed_on: date
    assessor: str
    risk: Risk
    risks: str
    measures: str
    comments: str
    clauses: str
    next_review: date
    purposes: frozenset[str]


class Cover(StrEnum):
    """How a purpose stands in the register."""

    CHANGED = "changed"  # the policy says something else of it since it was assessed
    COVERED = "covered"
    MISSING = "missing"
    OVERDUE = "overdue"  # its review is due


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A purpose of the policy, and the assessment that covers it best."""

    purpose: Purpose
    cover: Cover
    by: Assessment | None


@act(Tag.ASSESSMENT_WRITTEN)
def write_assessment(
    *, findings: Findings, number: int | None = None, actor: Actor, now: datetime
) -> Assessment:
    """Put an assessment into the register, or with a number its next version; nothing written before is changed."""
    # 1. An officer of the owner; days in their order; purposes that the policy has.
    officer = owners.require_owner(actor)
    today = now.astimezone(HERE).date()
    if findings.assessed_on > today or findings.next_review <= findings.assessed_on:
        raise AssessmentDaysWrong
    if not findings.purposes or not findings.purposes <= terms().purposes.keys():
        raise PurposeUnknown

    # 2. The log's lock is held from here, so numbers and versions are given one by one.
    hold_order()
    facts = {"purposes": sorted(findings.purposes), "risk": findings.risk.value}
    number, version = _place(number)
    given = asdict(findings) | {"risk": findings.risk.value, "purposes": _digests(findings.purposes)}
    assessment = Assessment(**given, number=number, version=version, officer=officer, at=now)
    return leave_with(assessment, actor=actor, payload=facts, now=now)


def register() -> list[Assessment]:
    """The newest version of each, by number."""
    newest = Assessment.objects.select_related("officer").order_by("number", "-version").distinct("number")
    return list(newest)


def versions(number: int) -> list[Assessment]:
    """All versions of one, the newest first."""
    found = list(Assessment.objects.select_related("officer").filter(number=number).order_by("-version"))
    if not found:
        raise AssessmentUnknown
    return found


def coverage(now: datetime) -> list[Covered]:
    """Every purpose of the policy, with how it is covered; those that want attention first."""
    today, newest = now.astimezone(HERE).date(), register()
    order = [Cover.MISSING, Cover.CHANGED, Cover.OVERDUE, Cover.COVERED]
    found = [_best(purpose, newest, today) for purpose in terms().purposes.values()]
    return sorted(found, key=lambda one: order.index(one.cover))


def digest_of(purpose: Purpose) -> str:
    """Tells whether the policy still says the same of a purpose; its words in two languages are not looked at."""
    delay = purpose.delay.told_after.days if purpose.delay else None
    facts = [
        sorted(purpose.fields),
        sorted(purpose.callers),
        sorted(purpose.kinds),
        sorted(purpose.officers),
        [purpose.per_hour, purpose.per_day, purpose.two_persons, delay],
        # Only where it is: what was assessed before there was such a word has not changed.
        *(["marketing"] if purpose.marketing else []),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _place(number: int | None) -> tuple[int, int]:
    if number is None:
        last = Assessment.objects.order_by("-number").values_list("number", flat=True).first()
        return (last or 0) + 1, 1
    return number, versions(number)[0].version + 1


def _digests(names: frozenset[str]) -> Mapping[str, str]:
    return {name: digest_of(terms().purposes[name]) for name in sorted(names)}


def _best(purpose: Purpose, newest: list[Assessment], today: date) -> Covered:
    of_it = [one for one in newest if purpose.name in one.purposes]
    judged = [Covered(purpose=purpose, cover=_cover(purpose, one, today), by=one) for one in of_it]
    order = [Cover.COVERED, Cover.OVERDUE, Cover.CHANGED]
    return min(
        judged,
        key=lambda one: order.index(one.cover),
        default=Covered(purpose=purpose, cover=Cover.MISSING, by=None),
    )


def _cover(purpose: Purpose, assessment: Assessment, today: date) -> Cover:
    if assessment.purposes[purpose.name] != digest_of(purpose):
        return Cover.CHANGED
    return Cover.OVERDUE if assessment.next_review <= today else Cover.COVERED
