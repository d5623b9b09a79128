"""What the owner's policy says, as frozen values: whoever holds one of these knows that it was checked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from chopmark.strongroom.errors import PurposeUnknown
from chopmark.strongroom.notices.errors import NoticeUnknown
from chopmark.strongroom.notices.texts import Text
from chopmark.strongroom.policy.privacy import Notice, RequestTerms


class CaseKind(StrEnum):
    """By whose leave a case was opened; each kind has one verb that opens it."""

    APPLICATION = "application"  # the applicant's own form at the desk
    CERTIFICATE = "certificate"  # a signature by the subject's certificate
    CHOICE = "choice"  # the subject allowed a service to reach her; ends when she withdraws
    GRANT = "grant"  # the owner's officers signed for it
    NOTICES = "notices"  # what is left of an application's case: writing to its subject, until the record is shredded
    OFFICER = "officer"  # an officer signed in at the desk
    SUBJECT = "subject"  # the subject signed in at the desk


# What stands for as long as the record does, and is no reason to keep it.
STANDING = (CaseKind.CHOICE, CaseKind.NOTICES)


class Counts(StrEnum):
    """What a pattern counts among an asker's attempts."""

    FINDS = "finds"
    OPENINGS = "openings"
    REFUSALS = "refusals"
    REFUSALS_IN_A_ROW = "refusals_in_a_row"
    UNKNOWN_CASES = (
        "unknown_cases"  # and records and grants: whatever is asked for by a name that nothing has
    )


class Per(StrEnum):
    """Whose attempts a pattern adds up."""

    CALLER = "caller"
    OFFICER = "officer"
    OUTLET = "outlet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """The subject is told later, because a law says so: how much later, and by which reason."""

    told_after: timedelta
    reason_en: str
    reason_zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Purpose:
    """One reason to open a record: the fields that it needs, the doors that may give it, and how often."""

    name: str
    fields: frozenset[str]
    callers: frozenset[str]
    kinds: frozenset[str]
    per_hour: int
    per_day: int
    two_persons: bool
    only_compared: bool  # its fields find and compare inside, and are never shown
    marketing: bool  # a subject may forbid it once and for all
    only_delivered: bool  # its fields are written to by the strongroom itself, and are never shown
    officers: frozenset[str]  # whose officers may open a case of their own for it
    delay: Delay | None
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    openings_per_record_in_a_day: int
    openings_per_caller_in_an_hour: int
    openings_in_an_hour: int
    mismatches_per_case: int
    subject_sign_ins_wrong_in_a_quarter: int
    officer_proofs_wrong_in_a_quarter: int
    desk_sign_ins_wrong_in_a_quarter: int
    forms_waiting_per_application_in_a_quarter: int
    forms_waiting_in_a_quarter: int
    officers_reviewed_after_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTerms:
    """What a case that an application opens is good for, and for how long."""

    purposes: tuple[str, ...]
    live_for: timedelta
    unconfirmed_for: timedelta
    openings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveTerms:
    """How long a case on an existing record lives, and how often it may be opened."""

    live_for: timedelta
    openings: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantTerms:
    """What two of the owner's officers may sign for together."""

    longest: timedelta
    most_records: int
    most_in_a_call: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTerms:
    """How soon a second officer must confirm, and for how long the first may then open."""

    confirm_within: timedelta
    open_within: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """Hours of the Hong Kong day in which the house is closed; it may begin before midnight."""

    from_hour: int
    to_hour: int

    def is_at(self, here: datetime) -> bool:
        if self.from_hour <= self.to_hour:
            return self.from_hour <= here.hour < self.to_hour
        return here.hour >= self.from_hour or here.hour < self.to_hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A way of asking that is not ordinary: at which count the owner is told, the asker slowed, the asker stopped."""

    name: str
    counts: Counts
    per: Per
    within: timedelta
    at_night: bool
    alert_at: int
    slow_at: int | None
    slow_for: timedelta
    stop_at: int | None


class Shredding(StrEnum):
    """Who decides that what is due is destroyed now."""

    BY_SCHEDULE = "by_schedule"  # nobody: the clock does it
    CONFIRMED = "confirmed"  # an officer of the owner, for all that is due at that moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long after its last case a record is kept, by the type of what was applied for."""

    kept_for: Mapping[str, timedelta]
    usual: timedelta
    hold_reasons: frozenset[str]
    shredding: Shredding

    def of(self, kind: str) -> timedelta:
        return self.kept_for.get(kind, self.usual)

    @property
    def shortest(self) -> timedelta:
        return min([self.usual, *self.kept_for.values()])


@dataclass(frozen=True, slots=True, kw_only=True)
class BreachTerms:
    """How soon after a breach was detected, or resolved, each report of it is due; no term where soon is all that is said."""

    first_report_within: timedelta
    preliminary_within: timedelta
    interim_every_months: int
    post_incident_within: timedelta
    commissioner_within: timedelta | None
    people_within: timedelta | None
    most_records_at_once: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A value-added service that the owner approved: under which brand, for what, by which channels and when."""

    name: str
    brand_en: str
    brand_zh: str
    purposes: tuple[str, ...]
    channels: tuple[str, ...]
    notice: Notice
    approved_from: date
    approved_until: date

    def is_approved(self, day: date) -> bool:
        return self.approved_from <= day < self.approved_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A notice that the owner wrote: what for, by which channels in this order, with which details, and what her history says."""

    name: str
    purpose: str
    channels: tuple[str, ...]
    parameters: tuple[str, ...]
    texts: Mapping[str, Text]  # by language, both of them
    en: str
    zh: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """All that the owner has agreed to."""

    version: str
    in_force_from: date
    digest: bytes
    longest_delay: timedelta
    purposes: Mapping[str, Purpose]
    case: CaseTerms
    leave: Mapping[str, LeaveTerms]
    limits: Limits
    grant: GrantTerms
    pair: PairTerms
    night: Night
    patterns: tuple[Pattern, ...]
    retention: Retention
    breaches: BreachTerms
    services: Mapping[str, Service]
    requests: RequestTerms
    templates: Mapping[str, Template]
    witness_quorum: int  # how many must have cosigned the log before a head of it is relied on

    def purpose(self, name: str) -> Purpose:
        if name not in self.purposes:
            raise PurposeUnknown
        return self.purposes[name]

    def template(self, name: str) -> Template:
        if name not in self.templates:
            raise NoticeUnknown
        return self.templates[name]

    def purposes_of(self, kind: CaseKind) -> list[str]:
        return sorted(name for name, purpose in self.purposes.items() if kind in purpose.kinds)
