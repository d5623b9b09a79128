"""What a pack must satisfy that no single value shows: references, dates, and the rules of the CPS about
types and issuers.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from chopmark.authority.catalogue.errors import Mistake
from chopmark.authority.catalogue.pack import (
    CertificateType,
    NameAttribute,
    Pack,
    Period,
    TariffLine,
)
from chopmark.authority.catalogue.words import (
    KIND_OF,
    Attribute,
    CrlOccasion,
    ExtendedKeyUsage,
    KeySource,
    Source,
)
from chopmark.pki.attributes import AttributeTooLong, require_lawful, rule_of
from chopmark.pki.profiles import cannot_do
from chopmark.pki.refusals import Refusal

# Which partition a serial number is on is said by its last octet (custody.printing.shard_of).
PARTITIONS = frozenset(1 << power for power in range(9))
NOTICE_BOUND = 200  # RFC 5280 §4.2.1.4, explicitText
DOTTED = re.compile(r"([01]\.[1-3]?[0-9]|2\.(0|[1-9][0-9]*))(\.(0|[1-9][0-9]*))+")


def check(pack: Pack) -> Iterator[Mistake]:
    """Everything that is wrong with a pack whose files each read well."""
    for one in (_authority, _access, _hierarchy, _crl, _tariff, _outlets, _contracts, _agreements, _versions):
        yield from one(pack)
    for kind in pack.types:
        for key, fault in _type(pack, kind):
            yield Mistake(kind.file, key, fault)


def _authority(pack: Pack) -> Iterator[Mistake]:
    try:
        ZoneInfo(pack.authority.zone)
    except (ZoneInfoNotFoundError, ValueError):
        yield Mistake("authority.toml", "zone", "no such time zone")
    if not {"en", "zh-hant"} <= set(pack.authority.languages):
        yield Mistake("authority.toml", "languages", "en and zh-hant are always there")
    a_day = pack.authority.notices_per_day
    if a_day is not None and a_day < 1:
        yield Mistake("authority.toml", "notices_per_day", "must be at least 1")


def _access(pack: Pack) -> Iterator[Mistake]:
    rules = pack.access
    for key in ("vetting_months", "nondisclosure_months", "review_months", "review_days"):
        if getattr(rules, key) < 1:
            yield Mistake("access.toml", key, "must be at least 1")
    # One review is over before the next begins, whatever the months.
    if rules.review_days > rules.review_months * 28:
        yield Mistake("access.toml", "review_days", "longer than from one review to the next")


def _hierarchy(pack: Pack) -> Iterator[Mistake]:
    for one in (_ca_keys, _issuers, _ca_certificates):
        yield from _at("hierarchy.toml", one(pack))


def _ca_keys(pack: Pack) -> Iterator[tuple[str, str]]:
    for slug, ca_key in pack.hierarchy.keys.items():
        if ca_key.algorithm not in pack.algorithms.keys:
            yield f"keys.{slug}.algorithm", "algorithms.toml does not know it"
        if ca_key.signature not in pack.algorithms.signatures:
            yield f"keys.{slug}.signature", "algorithms.toml does not know it"


def _issuers(pack: Pack) -> Iterator[tuple[str, str]]:
    tree = pack.hierarchy
    certified = {certificate.subject for certificate in tree.certificates.values()}
    for slug, issuer in tree.issuers.items():
        at = f"issuers.{slug}"
        if issuer.key not in tree.keys:
            yield f"{at}.key", f"no key {issuer.key!r}"
        # C17: a key that may speak for TLS servers speaks for nothing else.
        if ExtendedKeyUsage.SERVER_AUTH in issuer.extended_key_usage and len(issuer.extended_key_usage) > 1:
            yield f"{at}.extended_key_usage", "serverAuth stands alone"
        if slug not in certified:
            yield at, "no certificate is about it"
        yield from _name(issuer.subject, f"{at}.subject")


def _ca_certificates(pack: Pack) -> Iterator[tuple[str, str]]:
    issuers = pack.hierarchy.issuers
    for slug, certificate in pack.hierarchy.certificates.items():
        at = f"certificates.{slug}"
        if certificate.subject not in issuers:
            yield f"{at}.subject", f"no issuer {certificate.subject!r}"
        if certificate.issuer not in issuers:
            yield f"{at}.issuer", f"no issuer {certificate.issuer!r}"
        elif not issuers[certificate.issuer].is_root:
            yield f"{at}.issuer", f"{certificate.issuer!r} is not a root"


def _crl(pack: Pack) -> Iterator[Mistake]:
    slots = [timedelta(hours=at.hour, minutes=at.minute) for at in pack.crl.slots]
    if not slots or slots != sorted(set(slots)):
        yield Mistake("crl.toml", "slots", "must be in order, and at least one")
        return
    longest_gap = max(b - a for a, b in pairwise([*slots, slots[0] + timedelta(days=1)]))
    for slug, one in pack.crl.lists.items():
        if slug not in pack.hierarchy.issuers:
            yield Mistake("crl.toml", f"lists.{slug}", f"no issuer {slug!r}")
        if one.made_by is CrlOccasion.SLOT and timedelta(hours=one.valid_hours) <= longest_gap:
            yield Mistake(
                "crl.toml", f"lists.{slug}.valid_hours", "would pass its nextUpdate between two slots"
            )
        if one.partitions not in PARTITIONS:
            yield Mistake("crl.toml", f"lists.{slug}.partitions", "must be a power of two up to 256")
        if one.delta and not 0 < one.delta.every_minutes < one.delta.valid_minutes <= one.valid_hours * 60:
            yield Mistake(
                "crl.toml",
                f"lists.{slug}.delta",
                "must hold longer than until the next, and no longer than its list",
            )
    for slug in pack.hierarchy.issuers.keys() - pack.crl.lists.keys():
        yield Mistake("crl.toml", "lists", f"issuer {slug!r} has no list")


def _tariff(pack: Pack) -> Iterator[Mistake]:
    for code, line in pack.tariff.items():
        for series, superseding in (("prices", True), ("promotions", False)):
            rows = getattr(line, series)
            yield from _at("tariff.toml", _overlaps(rows, f"{code}.{series}.", superseding=superseding))
            for place, row in enumerate(rows):
                if row.cents < 0:
                    yield Mistake("tariff.toml", f"{code}.{series}.{place}.cents", "must not be negative")
        yield from _at("tariff.toml", _promotions_end(line, code))


def _promotions_end(line: TariffLine, code: str) -> Iterator[tuple[str, str]]:
    for place, row in enumerate(line.promotions):
        if row.last_day is None:
            yield f"{code}.promotions.{place}.until", "a promotion has an end"


def _outlets(pack: Pack) -> Iterator[Mistake]:
    if pack.outlets.holidays not in holidays.list_supported_countries():
        yield Mistake("outlets.toml", "holidays", "no calendar of public holidays for this country")
    for code, outlet in pack.outlets.outlets.items():
        said = [one for one in (outlet.capacity_per_day, outlet.capacity_per_hour) if one is not None]
        if len(said) > 1:
            yield Mistake("outlets.toml", f"outlets.{code}", "say its capacity per day or per hour")
        if any(one < 1 for one in said):
            yield Mistake("outlets.toml", f"outlets.{code}", "a capacity must be at least 1")


def _contracts(pack: Pack) -> Iterator[Mistake]:
    yield from _at("contract.toml", _overlaps(pack.contract.contracts, "contracts.", superseding=False))


def _agreements(pack: Pack) -> Iterator[Mistake]:
    for code, agreement in pack.agreements.items():
        yield from _at(
            f"agreements/{code}.toml", _overlaps(agreement.versions, "versions.", superseding=True)
        )


def _versions(pack: Pack) -> Iterator[Mistake]:
    """One code may stand in several files, each for its own days."""
    for code in {kind.code for kind in pack.types}:
        same = [kind for kind in pack.types if kind.code == code]
        for key, fault in _overlaps(same, "", superseding=False):
            place, own = key.split(".")
            yield Mistake(same[int(place)].file, own, fault)


def _type(pack: Pack, kind: CertificateType) -> Iterator[tuple[str, str]]:
    for one in TYPE_CHECKS:
        yield from one(pack, kind)
    yield from _name(kind.subject, "subject")
    if not kind.classes:
        yield "classes", "at least one"


def _type_dates(_: Pack, kind: CertificateType) -> Iterator[tuple[str, str]]:
    yield from _overlaps(kind.cps, "cps.", superseding=True)
    yield from _overlaps(kind.validity, "validity.", superseding=True)
    yield from _overlaps(kind.recognition, "recognition.", superseding=False)
    for name in (None, *kind.classes):
        rules = [(place, rule) for place, rule in enumerate(kind.issuing) if rule.subscriber_class == name]
        for key, fault in _overlaps([rule for _, rule in rules], "", superseding=True):
            place, own = key.split(".")
            yield f"issuing.{rules[int(place)][0]}.{own}", fault


def _type_policies(_: Pack, kind: CertificateType) -> Iterator[tuple[str, str]]:
    for row, version in enumerate(kind.cps):
        if not version.policies:
            yield f"cps.{row}.policies", "at least one"
        for place, dotted in enumerate(version.policies):
            if not DOTTED.fullmatch(dotted):
                yield f"cps.{row}.policies.{place}", f"{dotted!r} is not an object identifier"


def _type_fees(pack: Pack, kind: CertificateType) -> Iterator[tuple[str, str]]:
    lines = [("administration", kind.administration)]
    lines += [(f"media.{medium}", codes) for medium, codes in kind.media.items()]
    for place, one in enumerate(kind.subscriptions):
        lines += [
            (f"subscriptions.{place}.first", one.first),
            (f"subscriptions.{place}.renewal", one.renewal),
        ]
    for at, codes in lines:
        for place, code in enumerate(codes):
            if code not in pack.tariff:
                yield f"{at}.{place}", f"the tariff has no line {code!r}"


def _type_issuing(pack: Pack, kind: CertificateType) -> Iterator[tuple[str, str]]:
    if kind.profile not in pack.profiles:
        yield "profile", f"no profile {kind.profile!r}"
    for place, rule in enumerate(kind.issuing):
        if rule.subscriber_class is not None and rule.subscriber_class not in kind.classes:
            yield f"issuing.{place}.subscriber_class", f"no class {rule.subscriber_class!r}"
        if fault := _may_not_issue(pack, kind, rule.issuer):
            yield f"issuing.{place}.issuer", fault
    served = {rule.subscriber_class for rule in kind.issuing}
    for name in kind.classes:
        if not served & {None, name}:
            yield "issuing", f"nobody issues to the class {name!r}"


def _may_not_issue(pack: Pack, kind: CertificateType, slug: str) -> str | None:
    """Why this issuer cannot issue this type: unknown, a root, or not constrained to the type's purposes
    (C17).
    """
    issuer, profile = pack.hierarchy.issuers.get(slug), pack.profiles.get(kind.profile)
    if issuer is None:
        return f"no issuer {slug!r}"
    if issuer.is_root:
        return f"{slug!r} is a root and issues to authorities only"
    beyond = set(profile.extended_key_usage if profile else ()) - set(issuer.extended_key_usage)
    return f"{slug!r} may not issue for {', '.join(sorted(beyond))}" if beyond else None


def _type_key(pack: Pack, kind: CertificateType) -> Iterator[tuple[str, str]]:
    profile = pack.profiles.get(kind.profile)
    for place, algorithm in enumerate(kind.key.accepts):
        if profile and not set(profile.key_usage) - cannot_do(KIND_OF[algorithm]):
            yield f"key.accepts.{place}", f"no key usage of profile {kind.profile!r} is left to {algorithm}"
        if algorithm not in pack.algorithms.keys:
            yield f"key.accepts.{place}", "algorithms.toml does not know it"
    if not kind.key.sources or not kind.key.accepts:
        yield "key", "needs a source and an algorithm"
    if KeySource.AUTHORITY in kind.key.sources and kind.key.made not in kind.key.accepts:
        yield "key.made", "must be one of the accepted algorithms, since the authority may make the key"


def _type_notice(pack: Pack, kind: CertificateType) -> Iterator[tuple[str, str]]:
    profile = pack.profiles.get(kind.profile)
    notice = profile.user_notice if profile else None
    for name, subscriber in kind.classes.items():
        if subscriber.reliance_limit_cents < 0:
            yield f"classes.{name}.reliance_limit_cents", "must not be negative"
        if notice and len(notice.format(limit=f"{subscriber.reliance_limit_cents // 100:,}")) > NOTICE_BOUND:
            yield f"classes.{name}", f"the user notice would pass {NOTICE_BOUND} characters"


def _type_validity(_: Pack, kind: CertificateType) -> Iterator[tuple[str, str]]:
    for place, one in enumerate(kind.validity):
        given = [length for length in (one.years, one.months, one.days) if length is not None]
        if len(given) != 1 or given[0] < 1:
            yield f"validity.{place}", "give one of years, months or days"
    if not kind.validity:
        yield "validity", "at least one"


def _name(attributes: Sequence[NameAttribute], at: str) -> Iterator[tuple[str, str]]:
    """The rules of a name template: one filling for each attribute, and every fixed text lawful in it."""
    if not attributes:
        yield at, "a name has attributes"
    for place, one in enumerate(attributes):
        if (one.literal is None) == (one.source is None):
            yield f"{at}.{place}", "give either a literal or a source"
        if one.optional and one.source is None:
            yield f"{at}.{place}.optional", "only a source may be empty"
        if one.literal is not None and (fault := _unlawful(one.attribute, one.literal)):
            yield f"{at}.{place}.literal", fault


def _organizations(_: Pack, kind: CertificateType) -> Iterator[tuple[str, str]]:
    printed = any(one.source is Source.CLASS_ORGANIZATION for one in kind.subject)
    for name, subscriber in kind.classes.items():
        if printed and not subscriber.organization:
            yield f"classes.{name}.organization", "missing, and the subject prints it"
        if subscriber.organization and (fault := _unlawful(Attribute.ORGANIZATION, subscriber.organization)):
            yield f"classes.{name}.organization", fault


def _unlawful(attribute: Attribute, text: str) -> str | None:
    """Why this text may not stand in this attribute. Longer ones were issued, and had to be replaced, in
    2018.
    """
    rule = rule_of(attribute)
    try:
        require_lawful(rule, text, field=attribute)
    except AttributeTooLong:
        return f"longer than {rule.limit} characters"
    except Refusal as refusal:
        return f"not lawful in {attribute}: {refusal.code}"
    return None


def _overlaps(rows: Sequence[Period], at: str, *, superseding: bool) -> Iterator[tuple[str, str]]:
    """Rows whose days overlap an earlier row's. In a superseding series a row without `until` ends where the
    next begins.
    """
    in_order = sorted(enumerate(rows), key=lambda row: row[1].first_day)
    for (_, earlier), (place, later) in pairwise(in_order):
        if earlier.last_day is None:
            overlap = not superseding or earlier.first_day == later.first_day
        else:
            overlap = earlier.last_day >= later.first_day
        if overlap:
            yield f"{at}{place}.from", "overlaps an earlier row"
    for place, row in enumerate(rows):
        if row.last_day is not None and row.last_day < row.first_day:
            yield f"{at}{place}.until", "ends before it begins"


def _at(file: str, faults: Iterable[tuple[str, str]]) -> Iterator[Mistake]:
    return (Mistake(file, key, fault) for key, fault in faults)


TYPE_CHECKS = (
    _type_dates,
    _type_policies,
    _type_fees,
    _type_issuing,
    _type_key,
    _type_notice,
    _type_validity,
    _organizations,
)
