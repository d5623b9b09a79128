"""What a pack says, as frozen values: one class for each table that may stand in its TOML.

A field's name is the key in the file, unless `named(...)` gives another; what has a default may be left out.
Money is in cents; `from` and `until` are days in the pack's own zone, both included.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from chopmark.authority.catalogue.hours import Weekly
from chopmark.authority.catalogue.types import (
    CertificateType,
    CpsVersion,
    IssuingRule,
    KeyRule,
    RevocationRule,
    ServerNames,
    SubscriberClass,
    Subscription,
    Validity,
)
from chopmark.authority.catalogue.values import NameAttribute, Period, Words, place
from chopmark.authority.catalogue.words import (
    CrlOccasion,
    ExtendedKeyUsage,
    GeneralName,
    KeyAlgorithm,
    Source,
)
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.profiles import KeyUsage

__all__ = [
    "AccessRules",
    "Agreement",
    "AgreementVersion",
    "Algorithms",
    "AlternativeName",
    "Authority",
    "CaCertificate",
    "CaKey",
    "CertificateType",
    "Contact",
    "Contract",
    "Contracts",
    "CpsVersion",
    "CrlDelta",
    "CrlList",
    "CrlPolicy",
    "Hierarchy",
    "Issuer",
    "IssuingRule",
    "KeyRule",
    "NameAttribute",
    "Names",
    "Outlet",
    "Outlets",
    "Pack",
    "Period",
    "Price",
    "Profile",
    "RetentionRule",
    "RevocationRule",
    "ServerNames",
    "StaffMember",
    "SubscriberClass",
    "Subscription",
    "TariffLine",
    "Validity",
    "Words",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """Who is who in law (RFC 3647 §1.3); the operator is named by its contract."""

    service: Words
    authority: Words
    owner: Words
    supervisor: Words
    regulator: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    hotline: str
    email: str
    address: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """authority.toml"""

    country: str
    zone: str
    languages: tuple[str, ...]
    currency: str
    names: Names
    contact: Contact
    demonstration: bool = False
    # How many witnesses must have cosigned the log before anything is delivered or published; 0: none is waited for.
    witness_quorum: int = 0
    acceptance_days: int = 30  # a certificate that nobody accepts within them is revoked
    # How many notices the owner's policy lets us ask for in a day (`per_day` of her purpose for them), for plans alone.
    notices_per_day: int | None = None
    campaign_approvals: int = (
        2  # how many different operators must agree to a campaign before anything of it is signed
    )

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(ZoneInfo(self.zone))

    def day_of(self, on: date) -> date:
        """The day in the authority's zone; a moment is brought there, a day is taken as it is."""
        return self.local(on).date() if isinstance(on, datetime) else on


@dataclass(frozen=True, slots=True, kw_only=True)
class CaKey:
    """A key of the authority, apart from the names and certificates that use it (C57)."""

    algorithm: KeyAlgorithm
    signature: SignatureAlgorithm


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """An issuing authority: a name with a key, and what it may be used for."""

    key: str
    subject: tuple[NameAttribute, ...]
    extended_key_usage: tuple[ExtendedKeyUsage, ...] = ()  # none: a root, which issues to authorities only
    path_length: int | None = None
    crl_url: str
    certificate_url: str
    ocsp_url: str | None = None
    slug: str = place()

    @property
    def is_root(self) -> bool:
        return not self.extended_key_usage


@dataclass(frozen=True, slots=True, kw_only=True)
class CaCertificate:
    """An authority certificate: `issuer` signs that `subject` is itself. One subject may have several."""

    subject: str
    issuer: str
    years: int
    slug: str = place()

    @property
    def is_self_signed(self) -> bool:
        return self.subject == self.issuer


@dataclass(frozen=True, slots=True, kw_only=True)
class Hierarchy:
    """hierarchy.toml"""

    keys: Mapping[str, CaKey]
    issuers: Mapping[str, Issuer]
    certificates: Mapping[str, CaCertificate]


@dataclass(frozen=True, slots=True, kw_only=True)
class Algorithms:
    """algorithms.toml: from when, and until which hard stop, an algorithm may be used in what we issue
    (C16).
    """

    keys: Mapping[KeyAlgorithm, Period]
    signatures: Mapping[SignatureAlgorithm, Period]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlternativeName:
    kind: GeneralName
    source: Source
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A certificate profile: the shape of what is issued (RFC 5280 §4.2)."""

    key_usage: tuple[KeyUsage, ...]  # less what a key of its kind cannot do
    extended_key_usage: tuple[ExtendedKeyUsage, ...]
    alternative_names: tuple[AlternativeName, ...] = ()
    cps_url: str
    user_notice: str | None = None  # RFC 5280 §4.2.1.4: at most 200 characters; {limit} is the reliance limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Price(Period):
    cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TariffLine:
    """What may stand on an invoice, with its price on each day; a promotion beats the price while it runs."""

    names: Words
    prices: tuple[Price, ...]
    promotions: tuple[Price, ...] = ()
    months: int = 0  # of service that it pays for, over which its income is earned; 0: earned at once


@dataclass(frozen=True, slots=True, kw_only=True)
class CrlDelta:
    """How often the difference to an issuer's full list is published, and how long it holds (RFC 5280 §5.2.4)."""

    every_minutes: int
    valid_minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CrlList:
    """An issuer's revocation lists (C51): when they are made, how long each holds, how many partitions, and whether a delta."""

    made_by: CrlOccasion
    valid_hours: int
    partitions: int = 1
    delta: CrlDelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrlPolicy:
    """crl.toml"""

    slots: tuple[time, ...]
    public_within_minutes: int
    lists: Mapping[str, CrlList]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet(Period):
    """A service centre (C28): its weekly hours while it is authorised."""

    names: Words
    district: Words
    address: Words
    hours: Weekly
    # How many people its counters serve, for plans alone: on a day on which it is open, or in each of its hours.
    capacity_per_day: int | None = None
    capacity_per_hour: int | None = None
    code: str = place()

    @property
    def has_capacity(self) -> bool:
        return self.capacity_per_day is not None or self.capacity_per_hour is not None

    def serves_on(self, day: date, *, holiday: bool) -> int:
        """How many people on this day; none where it is closed or not authorised."""
        open_for = self.hours.open_for(day.weekday(), holiday=holiday)
        if not open_for or not self.covers(day):
            return 0
        if self.capacity_per_day is not None:
            return self.capacity_per_day
        return int((self.capacity_per_hour or 0) * open_for / timedelta(hours=1))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlets:
    """outlets.toml"""

    holidays: str  # country of the public holidays, ISO 3166-1
    outlets: Mapping[str, Outlet]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract(Period):
    reference: str
    operator: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Contracts:
    """contract.toml: who operates and when, one after the other (C2); `binds` are the kinds of login it is
    the leave of.
    """

    binds: tuple[str, ...]
    contracts: tuple[Contract, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementVersion(Period):
    version: str
    text: Words
    accepts_campaigns: bool = (
        False  # it says that a certificate that a campaign makes for a card is accepted with it
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """agreements/*.toml: a text that people are shown or agree to, in its versions (C27)."""

    names: Words
    versions: tuple[AgreementVersion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """How long a class of records is kept, counted from what, and what then (C77)."""

    names: Words
    years: int
    counted_from: str
    then: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRules:
    """access.toml: how long vetting and non-disclosure agreement of staff count, and how often access is reviewed (C82)."""

    vetting_months: int
    nondisclosure_months: int
    warn_days: int  # before either ends, its holder is told
    review_months: int  # from the opening of one review of access to the next
    review_days: int  # within which everybody is decided about, or suspended


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMember:
    """A person that a demonstration is set up with; a real authority registers its own."""

    name: str
    kind: str
    roles: tuple[str, ...]
    outlet: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """A whole policy, read and found without mistakes."""

    authority: Authority
    access: AccessRules
    hierarchy: Hierarchy
    algorithms: Algorithms
    profiles: Mapping[str, Profile]
    types: tuple[CertificateType, ...]
    tariff: Mapping[str, TariffLine]
    crl: CrlPolicy
    outlets: Outlets
    contract: Contracts
    agreements: Mapping[str, Agreement]
    retention: Mapping[str, RetentionRule]
    staff: Mapping[str, StaffMember] = field(default_factory=dict)
