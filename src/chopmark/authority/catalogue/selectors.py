"""What the policy says on a day. `on` is a day in the authority's zone, or a moment, which is brought
there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from chopmark.authority.catalogue.errors import (
    AlgorithmStopped,
    ClassUnknown,
    NoAgreement,
    NoIssuer,
    NoPracticeStatement,
    NoPrice,
    NotOffered,
    NoValidity,
    TypeNotInForce,
    TypeNotRecognised,
    TypeUnknown,
)
from chopmark.authority.catalogue.pack import (
    CertificateType,
    CpsVersion,
    Issuer,
    Period,
    SubscriberClass,
    Subscription,
    Validity,
    Words,
)
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.words import KeyAlgorithm, KeySource, Medium
from chopmark.pki.algorithms import SignatureAlgorithm

R = TypeVar("R", bound=Period)


@dataclass(frozen=True, slots=True, kw_only=True)
class PricedLine:
    """A tariff line at its price of a day, ready for an invoice."""

    code: str
    names: Words
    amount_minor: int
    currency: str
    months: int
    promotion: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementText:
    """A version of an agreement in force; `name` is what people are recorded to have agreed to."""

    name: str
    names: Words
    version: str
    text: Words


def in_force(series: Sequence[R], day: date) -> R | None:
    """The row of a dated series that holds on a day: the one that began last, if it has not ended."""
    begun = [row for row in series if row.first_day <= day]
    latest = max(begun, key=lambda row: row.first_day, default=None)
    return latest if latest is not None and latest.covers(day) else None


def certificate_type(code: str, on: date | None = None) -> CertificateType:
    """The type of that code as it is on a day; without a day, or where none holds, as it is written last."""
    pack = current()
    versions = [kind for kind in pack.types if kind.code == code]
    if not versions:
        raise TypeUnknown(type=code)
    holding = in_force(versions, pack.authority.day_of(on)) if on is not None else None
    return holding or max(versions, key=lambda kind: kind.first_day)


def type_in_force(code: str, on: date) -> CertificateType:
    """The type as it is offered on a day (C8), or `TypeNotInForce`."""
    day = current().authority.day_of(on)
    kind = certificate_type(code, on)
    if not kind.covers(day):
        raise TypeNotInForce(type=code)
    return kind


def require_recognised(code: str, on: date) -> CertificateType:
    """The type, if it is offered and recognised on a day: only then may it be issued (C15)."""
    kind = type_in_force(code, on)
    if in_force(kind.recognition, current().authority.day_of(on)) is None:
        raise TypeNotRecognised(type=code)
    return kind


def types_offered(on: date) -> tuple[CertificateType, ...]:
    """Every type that may be applied for on a day, in the order of the pack."""
    day = current().authority.day_of(on)
    return tuple(kind for kind in current().types if kind.covers(day) and in_force(kind.recognition, day))


def class_of(kind: CertificateType, name: str) -> SubscriberClass:
    """One of the type's classes of subscribers, or `ClassUnknown`."""
    if name not in kind.classes:
        raise ClassUnknown(type=kind.code, subscriber_class=name)
    return kind.classes[name]


def issuer_for(code: str, subscriber_class: str, on: date) -> Issuer:
    """Who issues this type to this class on a day (C57): the rule for the class beats the rule for all."""
    pack, kind = current(), type_in_force(code, on)
    day = pack.authority.day_of(on)
    for name in (subscriber_class, None):
        rule = in_force([rule for rule in kind.issuing if rule.subscriber_class == name], day)
        if rule is not None:
            return pack.hierarchy.issuers[rule.issuer]
    raise NoIssuer(type=code, subscriber_class=subscriber_class)


def policy_for(code: str, on: date) -> CpsVersion:
    """The practice statement in force for the type on a day, with its policy identifiers (C14)."""
    return policy_of(type_in_force(code, on), current().authority.day_of(on))


def policy_of(kind: CertificateType, day: date) -> CpsVersion:
    version = in_force(kind.cps, day)
    if version is None:
        raise NoPracticeStatement(type=kind.code)
    return version


def validity_of(kind: CertificateType, day: date) -> Validity:
    """How long a certificate of this type is valid that is issued on a day."""
    validity = in_force(kind.validity, day)
    if validity is None:
        raise NoValidity(type=kind.code)
    return validity


def not_after(code: str, not_before: datetime) -> datetime:
    """When a certificate of this type that begins now ends: at midnight in the authority's zone, never later
    than its length.
    """
    authority = current().authority
    day = authority.day_of(not_before)
    last = last_day(validity_of(type_in_force(code, day), day), day)
    return datetime.combine(last, time(), tzinfo=ZoneInfo(authority.zone)).astimezone(not_before.tzinfo)


def last_day(length: Validity, first: date) -> date:
    """The day at whose beginning something of this length ends that began on the first day."""
    if length.days is not None:
        return first + timedelta(days=length.days)
    return months_later(first, (length.years or 0) * 12 + (length.months or 0))


def months_later(day: date, months: int) -> date:
    """The same day of a later month; where that month is too short, its last day."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    length = ((first + timedelta(days=31)).replace(day=1) - first).days
    return first.replace(day=min(day.day, length))


def reliance_limit(kind: CertificateType, age_band: str) -> int:
    """The most, in cents, that the authority answers for when somebody relies on one certificate (ETO s. 41,
    C13).
    """
    return class_of(kind, age_band).reliance_limit_cents


def price(line: str, on: date) -> PricedLine:
    """A tariff line at its price on a day; a promotion beats the price while it runs (C44)."""
    pack = current()
    day = pack.authority.day_of(on)
    tariff = pack.tariff.get(line)
    promotion = in_force(tariff.promotions, day) if tariff else None
    row = promotion or (in_force(tariff.prices, day) if tariff else None)
    if tariff is None or row is None:
        raise NoPrice(line=line)
    return PricedLine(
        code=line,
        names=tariff.names,
        amount_minor=row.cents,
        currency=pack.authority.currency,
        months=tariff.months,
        promotion=promotion is not None,
    )


def fee_lines(
    kind: CertificateType,
    *,
    on: date,
    key_source: str = KeySource.AUTHORITY,
    medium: Medium | None = None,
    months: int | None = None,
    renewal: bool = False,
) -> tuple[PricedLine, ...]:
    """What an application for this type costs on a day: administration, subscription, and a medium if we make
    the key.

    Without choices: the shortest subscription, and the first medium of the type.
    """
    subscription = _subscription(kind, months)
    codes = [*kind.administration]
    if subscription is not None:
        codes += subscription.renewal if renewal else subscription.first
    if key_source == KeySource.AUTHORITY:
        codes += _medium_lines(kind, medium)
    return tuple(price(code, on) for code in codes)


def _subscription(kind: CertificateType, months: int | None) -> Subscription | None:
    if months is None:
        return min(kind.subscriptions, key=lambda one: one.months, default=None)
    for one in kind.subscriptions:
        if one.months == months:
            return one
    raise NotOffered(type=kind.code, months=months)


def _medium_lines(kind: CertificateType, medium: Medium | None) -> Sequence[str]:
    if medium is None:
        return next(iter(kind.media.values()), ())
    if medium not in kind.media:
        raise NotOffered(type=kind.code, medium=medium)
    return kind.media[medium]


def agreement_in_force(on: date, code: str = "terms") -> AgreementText:
    """The version of an agreement that people are asked to accept on a day (C27)."""
    pack = current()
    agreement = pack.agreements.get(code)
    version = in_force(agreement.versions, pack.authority.day_of(on)) if agreement else None
    if agreement is None or version is None:
        raise NoAgreement(agreement=code)
    return AgreementText(
        name=f"{code} {version.version}", names=agreement.names, version=version.version, text=version.text
    )


def agreement_accepts(name: str) -> bool:
    """Whether a text, by the name under which people agreed to it, counts as acceptance of what a campaign makes for a card."""
    code, _, version = name.partition(" ")
    agreement = current().agreements.get(code)
    versions = agreement.versions if agreement else ()
    return any(one.version == version and one.accepts_campaigns for one in versions)


def require_algorithm(algorithm: KeyAlgorithm | SignatureAlgorithm, on: date) -> None:
    """Refuse what may not stand in anything issued on this day (C16): not yet, or past its hard stop."""
    pack = current()
    if isinstance(algorithm, SignatureAlgorithm):
        period = pack.algorithms.signatures.get(algorithm)
    else:
        period = pack.algorithms.keys.get(algorithm)
    if period is None or not period.covers(pack.authority.day_of(on)):
        raise AlgorithmStopped(algorithm=algorithm)
