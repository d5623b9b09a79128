"""What one certificate adds to its template, and how it is found again in the finished bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from chopmark.pki import der, extensions, oids
from chopmark.pki.certificates.parts import Value
from chopmark.pki.certificates.refusals import NotThisTemplate
from chopmark.pki.keyids import algorithm_of
from chopmark.pki.profiles import CertificateProfile, NameKind
from chopmark.pki.tbs import TbsCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateValues:
    """What one certificate adds to its template."""

    serial_number: bytes
    not_before: datetime
    not_after: datetime
    subject_der: bytes
    spki_der: bytes
    values: Mapping[str, Value]


def shape_of(values: TemplateValues) -> tuple[bytes, frozenset[str]]:
    """The key's AlgorithmIdentifier, and which variable parts are present: with an address is no sibling of without."""
    return algorithm_of(values.spki_der), frozenset(name for name, value in values.values.items() if value)


def values_of(profile: CertificateProfile, tbs: TbsCertificate) -> TemplateValues:
    values: dict[str, Value] = {
        **_read_notices(profile, tbs.extension_value(oids.CERTIFICATE_POLICIES)),
        **_read_names(profile, tbs.extension_value(oids.SUBJECT_ALT_NAME)),
        **_read_opaque(profile, tbs),
    }
    return TemplateValues(
        serial_number=tbs.serial_number,
        not_before=tbs.not_before,
        not_after=tbs.not_after,
        subject_der=tbs.subject_der,
        spki_der=tbs.spki_der,
        values=values,
    )


def _read_notices(profile: CertificateProfile, value: bytes | None) -> dict[str, str]:
    wanted = [policy.user_notice_from for policy in profile.policies]
    if value is None or not any(wanted):
        return {}
    found = extensions.read_certificate_policies(value)
    if len(found) != len(wanted):
        raise NotThisTemplate(why="policies")
    pairs = zip(wanted, (policy.user_notice for policy in found), strict=True)
    return {name: notice for name, notice in pairs if name and notice}


def _read_names(profile: CertificateProfile, value: bytes | None) -> dict[str, tuple[str, ...]]:
    """Names back to the source of their kind, of which a compiled profile has one."""
    if value is None:
        return {}
    found: dict[NameKind, list[str]] = {}
    for kind, name in extensions.read_general_names(value):
        found.setdefault(kind, []).append(name)
    sources = profile.subject_alternative_names
    return {source.field: tuple(found[source.kind]) for source in sources if source.kind in found}


def _read_opaque(profile: CertificateProfile, tbs: TbsCertificate) -> dict[str, bytes]:
    found = ((opaque.field, tbs.extension_value(opaque.oid)) for opaque in profile.opaque_extensions)
    return {name: der.Reader(value).octets() for name, value in found if value is not None}
