"""types/*.toml: what a type of certificate is, for whom, at what price, issued by whom and revoked by whom (C8)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from chopmark.authority.catalogue.values import NameAttribute, Period, Words, place
from chopmark.authority.catalogue.words import (
    Acceptance,
    Asker,
    Channel,
    Evidence,
    KeyAlgorithm,
    KeySource,
    Medium,
    Wildcard,
)
from chopmark.pki.reasons import CRLReason


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberClass:
    """A kind of subscriber within a type: its words, its O= string and its reliance limit."""

    names: Words
    organization: str | None = None
    reliance_limit_cents: int
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRule:
    """Who may make the key and of what kind; the authority makes `made` where it makes it."""

    sources: tuple[KeySource, ...]
    accepts: tuple[KeyAlgorithm, ...]
    made: KeyAlgorithm | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity(Period):
    """How long a certificate issued on these days is valid: one of years, months and days."""

    years: int | None = None
    months: int | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """A subscription that one may buy, apart from the certificate's validity (C41): months, and the tariff
    lines it costs.
    """

    months: int
    first: tuple[str, ...] = ()
    renewal: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuingRule(Period):
    """From a day, for a class of subscribers or for all, this issuer issues (C57); a later rule
    supersedes.
    """

    issuer: str
    subscriber_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CpsVersion(Period):
    """A practice statement in force, with the policies that stand in what is issued under it (C14)."""

    version: str
    policies: tuple[str, ...]  # ours first

    @property
    def policy_oid(self) -> str:
        return self.policies[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationRule:
    """What one kind of asker may ask for, and with how much notice."""

    reasons: tuple[CRLReason, ...]
    suspends_first: bool = False
    notice_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerNames:
    """How many domain names a server certificate has, and whether one may be a wildcard (C25)."""

    minimum: int = 1
    maximum: int = 1
    wildcard: Wildcard = Wildcard.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateType(Period):
    """types/*.toml: a type of certificate on the days when this is what it is (C8)."""

    code: str
    names: Words
    eligibility: Words
    limits_of_use: Words | None = None
    classes: Mapping[str, SubscriberClass]
    subject: tuple[NameAttribute, ...]
    profile: str
    key: KeyRule
    validity: tuple[Validity, ...]
    subscriptions: tuple[Subscription, ...] = ()
    administration: tuple[str, ...] = ()  # tariff lines due once for each application
    media: Mapping[Medium, tuple[str, ...]] = field(default_factory=dict)
    issuing: tuple[IssuingRule, ...]
    cps: tuple[CpsVersion, ...]
    revocation: Mapping[Asker, RevocationRule]
    dual_control: bool
    evidence: tuple[Evidence, ...]
    recognition: tuple[Period, ...] = ()
    channels: tuple[Channel, ...]
    campaign_acceptance: Acceptance = Acceptance.OFFER
    registration_authorities: tuple[str, ...] = ()
    server_names: ServerNames | None = None
    file: str = place()

    @property
    def key_sources(self) -> tuple[KeySource, ...]:
        return self.key.sources

    @property
    def subscriber_reasons(self) -> tuple[CRLReason, ...]:
        """What the subscriber may give (CPS 4.9.2); nothing where she may not ask."""
        rule = self.revocation.get(Asker.SUBSCRIBER)
        return rule.reasons if rule else ()
