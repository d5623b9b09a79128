"""The pack's words as the values that `pki` builds with: a name template, a key policy, a certificate
profile.

Fields are called by their source, so facts for a name or an extension are a map such as {"subscriber.srn":
"0000000001"}.
"""

from collections.abc import Mapping
from datetime import date

from django.conf import settings

from chopmark.authority.catalogue.pack import (
    CertificateType,
    CpsVersion,
    NameAttribute,
    Profile,
    SubscriberClass,
)
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.selectors import (
    class_of,
    last_day,
    policy_of,
    validity_of,
)
from chopmark.authority.catalogue.words import KIND_OF, GeneralName, KeyAlgorithm, Source
from chopmark.pki import oids
from chopmark.pki.keys import KeyPolicy
from chopmark.pki.names import DnAttribute, DnTemplate, FieldCheck
from chopmark.pki.profiles import (
    CertificatePolicy,
    CertificateProfile,
    ExtendedKeyUsage,
    KeyKind,
    NameKind,
    SanSource,
)

CHECKS = {Source.SUBSCRIBER_SRN: FieldCheck.SRN, Source.ORGANISATION_REGISTRATION: FieldCheck.REGISTRATION}
NAME_KINDS = {GeneralName.DNS_NAME: NameKind.DNS, GeneralName.RFC822_NAME: NameKind.RFC822}
CURVES = {KeyAlgorithm.P256: oids.P256, KeyAlgorithm.P384: oids.P384, KeyAlgorithm.P521: oids.P521}
ML_DSA = {KeyAlgorithm.ML_DSA_65: oids.ML_DSA_65}
RSA_BITS: Mapping[KeyAlgorithm, int] = {
    KeyAlgorithm.RSA_1024: 1024,
    KeyAlgorithm.RSA_2048: 2048,
    KeyAlgorithm.RSA_3072: 3072,
    KeyAlgorithm.RSA_4096: 4096,
}


def name_template(kind: CertificateType, subscriber_class: str) -> DnTemplate:
    """The name of this type for this class of subscribers, in DER order (C9)."""
    subscriber = class_of(kind, subscriber_class)
    return DnTemplate(tuple(_place(one, subscriber) for one in kind.subject))


def _place(one: NameAttribute, subscriber: SubscriberClass) -> DnAttribute:
    if one.source is Source.CLASS_ORGANIZATION:
        return DnAttribute(attribute=one.attribute, constant=subscriber.organization)
    if one.source is None:
        return DnAttribute(attribute=one.attribute, constant=one.literal)
    return DnAttribute(
        attribute=one.attribute, field=one.source, optional=one.optional, check=CHECKS.get(one.source)
    )


def key_policy(kind: CertificateType, on: date) -> KeyPolicy:
    """Which public keys this type accepts on a day: what its rule names, less what has stopped (C16)."""
    pack = current()
    day = pack.authority.day_of(on)
    accepted = [one for one in kind.key.accepts if pack.algorithms.keys[one].covers(day)]
    bits = sorted(RSA_BITS[one] for one in accepted if KIND_OF[one] is KeyKind.RSA)
    return KeyPolicy(
        rsa_bits=(bits[0], bits[-1]) if bits else None,
        curves=frozenset(CURVES[one] for one in accepted if one in CURVES),
        ed25519=KeyAlgorithm.ED25519 in accepted,
        ml_dsa=frozenset(ML_DSA[one] for one in accepted if one in ML_DSA),
    )


def certificate_profile(kind: CertificateType, subscriber_class: str, on: date) -> CertificateProfile:
    """Everything that is the same for all certificates of a type and class that are issued on a day."""
    pack = current()
    day = pack.authority.day_of(on)
    shape, version = pack.profiles[kind.profile], policy_of(kind, day)
    return CertificateProfile(
        name=f"{kind.code} {subscriber_class} {version.version}",
        validity=last_day(validity_of(kind, day), day) - day,
        key_usage=frozenset(shape.key_usage),
        extended_key_usage=tuple(ExtendedKeyUsage[usage.name] for usage in shape.extended_key_usage),
        policies=_policies(shape, version, class_of(kind, subscriber_class)),
        subject_alternative_names=tuple(
            SanSource(kind=NAME_KINDS[one.kind], field=one.source, required=not one.optional)
            for one in shape.alternative_names
        ),
        signature_algorithms=tuple(
            algorithm for algorithm, period in pack.algorithms.signatures.items() if period.covers(day)
        ),
    )


def _policies(
    shape: Profile, version: CpsVersion, subscriber: SubscriberClass
) -> tuple[CertificatePolicy, ...]:
    """Ours first, with where the practice statement is and the reliance limit (C13, C14); then what others
    reserved.
    """
    limit = f"{subscriber.reliance_limit_cents // 100:,}"
    ours = CertificatePolicy(
        oid=version.policy_oid,
        cps_uri=shape.cps_url.format(public=settings.CHOPMARK_REPOSITORY_URL),
        user_notice=shape.user_notice.format(limit=limit) if shape.user_notice else None,
    )
    return ours, *(CertificatePolicy(oid=oid) for oid in version.policies[1:])
