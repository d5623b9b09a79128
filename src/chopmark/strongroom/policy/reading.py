"""From the owner's TOML to `Terms`, or every mistake in it at once."""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from chopmark.strongroom.particulars import FIELDS, MASKED, plain
from chopmark.strongroom.policy.privacy import read_notice, read_requests
from chopmark.strongroom.policy.shapes import (
    BreachTerms,
    CaseKind,
    CaseTerms,
    Counts,
    Delay,
    GrantTerms,
    LeaveTerms,
    Limits,
    Night,
    PairTerms,
    Pattern,
    Per,
    Purpose,
    Retention,
    Service,
    Shredding,
    Terms,
)
from chopmark.strongroom.policy.sheet import PolicyMistakes, Sheet
from chopmark.strongroom.policy.templates import Letters, read_letters, read_template
from chopmark.strongroom.roles import WHO_MAY_OPEN, OfficerRole

DESK = "desk"
AUTHORITY = "authority"
DOORS = (AUTHORITY, DESK)
# By which field a service may reach somebody.
CHANNELS: Mapping[str, str] = {"email": "email", "phone": "phone"}
# No term runs longer than this, so that every moment that follows from one is in the calendar.
_LONGEST = {"minutes": 100_000, "hours": 10_000, "days": 1000, "months": 60}
_KINDS_WITH_TERMS = (CaseKind.CERTIFICATE, CaseKind.GRANT, CaseKind.OFFICER, CaseKind.SUBJECT)


def read_file(path: Path) -> Terms:
    """The terms in a file; a file that cannot be read, or is not TOML, is one mistake."""
    try:
        text = path.read_bytes()
        data = tomllib.loads(text.decode())
    except (OSError, ValueError) as error:
        raise PolicyMistakes(path.name, [f"cannot be read: {error}"]) from None
    letters = read_letters(data, path)
    return read(data, file=path.name, digest=hashlib.sha256(text + letters.octets).digest(), letters=letters)


def read(data: Mapping[str, Any], *, file: str, digest: bytes, letters: Letters | None = None) -> Terms:
    """The terms, if they agree with themselves; else `PolicyMistakes` with everything that is wrong."""
    sheet = Sheet(data)
    about = sheet.sheet("policy")
    longest_delay = timedelta(days=about.number("longest_delay_days"))
    purposes = {name: _purpose(name, row, longest_delay) for name, row in sheet.sheets("purpose").items()}
    letters = letters or read_letters(data, None)
    terms = Terms(
        version=about.word("version"),
        in_force_from=about.day("from"),
        digest=digest,
        longest_delay=longest_delay,
        purposes=purposes,
        case=_case(sheet.sheet("case"), purposes),
        leave=_leave(sheet.sheet("leave")),
        limits=_limits(sheet.sheet("limits")),
        grant=_grant(sheet.sheet("grant")),
        pair=_pair(sheet.sheet("two_persons")),
        night=_night(sheet.sheet("night")),
        patterns=tuple(_pattern(name, row) for name, row in sheet.sheets("pattern").items()),
        retention=_retention(sheet.sheet("retention")),
        breaches=_breaches(sheet.sheet("breaches")),
        services={name: _service(name, row, purposes) for name, row in sheet.sheets("service").items()},
        requests=read_requests(sheet),
        templates={
            name: read_template(name, row, purposes, letters) for name, row in sheet.sheets("notice").items()
        },
        witness_quorum=_witness_quorum(sheet),
    )
    letters.finish(sheet)
    about.finish()
    sheet.finish()
    if sheet.mistakes:
        raise PolicyMistakes(file, sheet.mistakes)
    return terms


def _purpose(name: str, sheet: Sheet, longest_delay: timedelta) -> Purpose:
    purpose = Purpose(
        name=name,
        fields=frozenset(sheet.words("fields", (*FIELDS, *MASKED))),
        callers=frozenset(sheet.words("callers", DOORS)),
        kinds=frozenset(sheet.words("kinds", CaseKind)),
        per_hour=sheet.number("per_hour"),
        per_day=sheet.number("per_day"),
        two_persons=sheet.flag("two_persons"),
        only_compared=sheet.flag("only_compared"),
        marketing=sheet.flag("marketing"),
        only_delivered=sheet.flag("only_delivered"),
        officers=_officers(sheet),
        delay=_delay(sheet, longest_delay),
        en=sheet.word("en"),
        zh=sheet.word("zh"),
    )
    if purpose.two_persons and purpose.callers != {DESK}:
        sheet.fault("callers", "two persons can be told apart at the desk only")
    if CaseKind.OFFICER in purpose.kinds and purpose.callers != {DESK}:
        sheet.fault("callers", "an officer's own case is opened at the desk only")
    if purpose.only_compared and {CaseKind.CHOICE, CaseKind.GRANT} & purpose.kinds:
        sheet.fault("kinds", "what is only compared can be neither released nor granted")
    _check_delivered(sheet, purpose)
    if {plain(field) for field in purpose.fields & set(MASKED)} & purpose.fields:
        sheet.fault("fields", "a field is named plain and masked: plain allows both")
    sheet.finish()
    return purpose


def _check_delivered(sheet: Sheet, purpose: Purpose) -> None:
    if CaseKind.NOTICES in purpose.kinds and not purpose.only_delivered:
        sheet.fault("kinds", "a case for notices lets nothing be shown: only_delivered is missing")
    if not purpose.only_delivered:
        return
    if purpose.callers != {AUTHORITY} or purpose.only_compared:
        sheet.fault("only_delivered", "is for the authority's door alone, and not for what is compared")
    # What is queued is sent later: a word against marketing that came meanwhile would not be asked for.
    if purpose.marketing:
        sheet.fault("marketing", "is not for what is only delivered: a notice waits, her word counts at once")
    if not purpose.kinds <= {CaseKind.APPLICATION, CaseKind.NOTICES}:
        sheet.fault("kinds", "what is only delivered is for applications and notices")


def _officers(sheet: Sheet) -> frozenset[str]:
    # Unless she says otherwise: watching over the records and looking into them are two people's work.
    named = sheet.words("officers", WHO_MAY_OPEN) if "officers" in sheet.table else (OfficerRole.COUNTER,)
    return frozenset(map(str, named))


def _delay(sheet: Sheet, longest: timedelta) -> Delay | None:
    if "told_after_days" not in sheet.table:
        return None
    delay = Delay(
        told_after=timedelta(days=sheet.number("told_after_days")),
        reason_en=sheet.word("told_later_en"),
        reason_zh=sheet.word("told_later_zh"),
    )
    if delay.told_after > longest:
        sheet.fault("told_after_days", f"is more than policy.longest_delay_days ({longest.days})")
    return delay


def _case(sheet: Sheet, purposes: Mapping[str, Purpose]) -> CaseTerms:
    terms = CaseTerms(
        purposes=sheet.words("purposes", purposes),
        live_for=timedelta(days=sheet.number("live_for_days")),
        unconfirmed_for=timedelta(hours=sheet.number("unconfirmed_for_hours")),
        openings=sheet.number("openings"),
    )
    for name in terms.purposes:
        if name in purposes and CaseKind.APPLICATION not in purposes[name].kinds:
            sheet.fault("purposes", f"{name} is not for cases of the kind application")
    sheet.finish()
    return terms


def _leave(sheet: Sheet) -> dict[str, LeaveTerms]:
    found = {kind: _leave_of(sheet.sheet(kind)) for kind in _KINDS_WITH_TERMS}
    sheet.finish()
    return {str(kind): terms for kind, terms in found.items()}


def _leave_of(sheet: Sheet) -> LeaveTerms:
    terms = LeaveTerms(
        live_for=timedelta(hours=sheet.number("live_for_hours")), openings=sheet.number("openings")
    )
    sheet.finish()
    return terms


def _limits(sheet: Sheet) -> Limits:
    limits = Limits(**{each.name: sheet.number(each.name) for each in fields(Limits)})
    sheet.finish()
    return limits


def _grant(sheet: Sheet) -> GrantTerms:
    terms = GrantTerms(
        longest=timedelta(days=sheet.number("longest_days")),
        most_records=sheet.number("most_records"),
        most_in_a_call=sheet.number("most_in_a_call", most=1000),
    )
    sheet.finish()
    return terms


def _pair(sheet: Sheet) -> PairTerms:
    terms = PairTerms(
        confirm_within=timedelta(minutes=sheet.number("confirm_within_minutes")),
        open_within=timedelta(minutes=sheet.number("open_within_minutes")),
    )
    sheet.finish()
    return terms


def _night(sheet: Sheet) -> Night:
    night = Night(
        from_hour=sheet.number("from_hour", least=0, most=23),
        to_hour=sheet.number("to_hour", least=0, most=23),
    )
    sheet.finish()
    return night


def _pattern(name: str, sheet: Sheet) -> Pattern:
    pattern = Pattern(
        name=name,
        counts=Counts(sheet.one_of("counts", Counts)),
        per=Per(sheet.one_of("per", Per)),
        within=timedelta(minutes=sheet.number("within_minutes", most=24 * 60)),
        at_night=sheet.flag("at_night"),
        alert_at=sheet.number("alert_at"),
        slow_at=sheet.number_or_none("slow_at"),
        slow_for=timedelta(seconds=sheet.number("slow_for_seconds") if "slow_at" in sheet.table else 0),
        stop_at=sheet.number_or_none("stop_at"),
    )
    steps = [step for step in (pattern.alert_at, pattern.slow_at, pattern.stop_at) if step is not None]
    if steps != sorted(steps):
        sheet.fault("alert_at", "the owner is told first, then the asker is slowed, then stopped")
    sheet.finish()
    return pattern


def _retention(sheet: Sheet) -> Retention:
    kept = {name: _days_kept(row) for name, row in sheet.sheets("of_type").items()}
    retention = Retention(
        kept_for=kept,
        usual=timedelta(days=sheet.number("days")),
        hold_reasons=frozenset(sheet.words("hold_reasons")),
        shredding=_shredding(sheet),
    )
    sheet.finish()
    return retention


def _shredding(sheet: Sheet) -> Shredding:
    if "shredding" not in sheet.table:
        return Shredding.CONFIRMED
    return Shredding(sheet.one_of("shredding", Shredding))


def _days_kept(sheet: Sheet) -> timedelta:
    days = timedelta(days=sheet.number("days"))
    sheet.finish()
    return days


def _breaches(sheet: Sheet) -> BreachTerms:
    terms = BreachTerms(
        first_report_within=_term(sheet, "first_report_within", "minutes"),
        preliminary_within=_term(sheet, "preliminary_within", "hours"),
        interim_every_months=sheet.number("interim_every_months", most=_LONGEST["months"]),
        post_incident_within=_term(sheet, "post_incident_within", "days"),
        commissioner_within=_term_or_none(sheet, "tell_commissioner_within", "hours"),
        people_within=_term_or_none(sheet, "tell_people_within", "hours"),
        most_records_at_once=sheet.number("most_records_at_once", most=5000),
    )
    sheet.finish()
    return terms


def _term(sheet: Sheet, name: str, unit: str) -> timedelta:
    return timedelta(**{unit: sheet.number(f"{name}_{unit}", most=_LONGEST[unit])})


def _term_or_none(sheet: Sheet, name: str, unit: str) -> timedelta | None:
    return _term(sheet, name, unit) if f"{name}_{unit}" in sheet.table else None


def _witness_quorum(sheet: Sheet) -> int:
    # A policy that says nothing of witnesses waits for none.
    if "witness" not in sheet.table:
        return 0
    about = sheet.sheet("witness")
    quorum = about.number("quorum", least=0)
    about.finish()
    return quorum


def _service(name: str, sheet: Sheet, purposes: Mapping[str, Purpose]) -> Service:
    service = Service(
        name=name,
        brand_en=sheet.word("brand_en"),
        brand_zh=sheet.word("brand_zh"),
        purposes=sheet.words("purposes", purposes),
        channels=sheet.words("channels", CHANNELS),
        notice=read_notice(sheet),
        approved_from=sheet.day("from"),
        approved_until=sheet.day("until"),
    )
    if service.approved_until <= service.approved_from:
        sheet.fault("until", "is not after from")
    for each in service.purposes:
        _check_reach(sheet, purposes.get(each), {CHANNELS.get(channel, "") for channel in service.channels})
    sheet.finish()
    return service


def _check_reach(sheet: Sheet, purpose: Purpose | None, wanted: set[str]) -> None:
    if purpose is not None and purpose.kinds != {CaseKind.CHOICE}:
        sheet.fault("purposes", f"{purpose.name} is not for cases of the kind choice alone")
    if purpose is not None and not purpose.marketing:
        sheet.fault(
            "purposes", f"{purpose.name} is not marked as marketing: what a service says to somebody is"
        )
    if purpose is not None and not wanted - {""} <= purpose.fields:
        sheet.fault("channels", f"{purpose.name} lacks the field of a channel")
