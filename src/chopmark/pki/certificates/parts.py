"""A profile's extensions, each encoded once or turned into a writer for what varies (RFC 5280 §4.2)."""

from collections.abc import Callable, Mapping

from chopmark.pki import der, extensions, oids
from chopmark.pki.certificates.refusals import ProfileAmbiguous, ProfileIncomplete, ValueMissing
from chopmark.pki.der import tags
from chopmark.pki.keyids import key_identifier
from chopmark.pki.profiles import (
    CertificatePolicy,
    CertificateProfile,
    IssuerFacts,
    OpaqueExtension,
    SanSource,
)

# What a fill value may be: one name, several names, or opaque octets.
Value = str | tuple[str, ...] | bytes
Values = Mapping[str, Value]

# A part of the extensions: encoded once, or written from the subject's key and the values.
Writer = Callable[[bytes, Values], bytes]
Part = bytes | Writer


def compile_parts(profile: CertificateProfile, issuer: IssuerFacts) -> tuple[Part, ...]:
    """The extensions in their order; neighbouring constants as one, so that a fill joins a handful of pieces."""
    joined: list[Part] = []
    for part in [*_about_keys(profile, issuer), *_about_subject(profile), *_about_status(profile, issuer)]:
        last = joined[-1] if joined else None
        if isinstance(part, bytes) and isinstance(last, bytes):
            joined[-1] = last + part
        else:
            joined.append(part)
    return tuple(joined)


def fields_of(profile: CertificateProfile) -> frozenset[str]:
    """The names of the values that a certificate of this profile may add, each in one place only."""
    notices = [policy.user_notice_from for policy in profile.policies if policy.user_notice_from]
    fields = [*notices, *(source.field for source in profile.subject_alternative_names)]
    fields += [opaque.field for opaque in profile.opaque_extensions]
    kinds = [source.kind for source in profile.subject_alternative_names]
    if len(set(fields)) < len(fields) or len(set(kinds)) < len(kinds):
        raise ProfileAmbiguous
    return frozenset(map(str, fields))


def _about_keys(profile: CertificateProfile, issuer: IssuerFacts) -> list[Part]:
    if not profile.key_usage:
        raise ProfileIncomplete(where="key_usage")
    parts: list[Part] = []
    if profile.authority_key_identifier:
        value = extensions.authority_key_identifier(issuer.key_identifier)
        parts.append(extensions.extension(oids.AUTHORITY_KEY_IDENTIFIER, value))
    if profile.subject_key_identifier:
        parts.append(_write_subject_key_identifier)
    parts.append(extensions.extension(oids.KEY_USAGE, extensions.key_usage(profile.key_usage), critical=True))
    if profile.extended_key_usage:
        value = extensions.extended_key_usage(profile.extended_key_usage)
        parts.append(extensions.extension(oids.EXTENDED_KEY_USAGE, value))
    return parts


def _write_subject_key_identifier(spki_der: bytes, values: Values) -> bytes:
    # Constant headers around 20 octets: this runs once for each certificate of a population.
    return _SKI_HEADER + key_identifier(spki_der)


_SKI_HEADER = extensions.extension(oids.SUBJECT_KEY_IDENTIFIER, der.octet_string(bytes(20)))[:-20]


def _about_subject(profile: CertificateProfile) -> list[Part]:
    # Critical also in an end entity's, where it only says "no authority" (RFC 5280 §4.2.1.9 leaves it open).
    value = extensions.basic_constraints(profile.basic_constraints)
    parts: list[Part] = [extensions.extension(oids.BASIC_CONSTRAINTS, value, critical=True)]
    if profile.policies:
        parts.append(_policies(profile.policies))
    if profile.subject_alternative_names:
        parts.append(_san_writer(profile.subject_alternative_names))
    if profile.name_constraints is not None:
        constraints = extensions.name_constraints(profile.name_constraints)
        parts.append(extensions.extension(oids.NAME_CONSTRAINTS, constraints, critical=True))
    return parts


def _policies(policies: tuple[CertificatePolicy, ...]) -> Part:
    if any(policy.user_notice_from for policy in policies):
        return lambda _, values: _encode_policies(policies, values)
    return _encode_policies(policies, {})


def _encode_policies(policies: tuple[CertificatePolicy, ...], values: Values) -> bytes:
    noticed = [(policy, _notice(policy, values)) for policy in policies]
    return extensions.extension(oids.CERTIFICATE_POLICIES, extensions.certificate_policies(noticed))


def _notice(policy: CertificatePolicy, values: Values) -> str | None:
    if policy.user_notice_from is None:
        return policy.user_notice
    text = values.get(policy.user_notice_from)
    if not isinstance(text, str):
        raise ValueMissing(field=policy.user_notice_from)
    return text


def _san_writer(sources: tuple[SanSource, ...]) -> Writer:
    def write(spki_der: bytes, values: Values) -> bytes:
        names = b"".join(
            [
                extensions.general_name(source.kind, name)
                for source in sources
                for name in _names(source, values)
            ]
        )
        return extensions.extension(oids.SUBJECT_ALT_NAME, der.tlv(tags.SEQUENCE, names)) if names else b""

    return write


def _names(source: SanSource, values: Values) -> tuple[str, ...]:
    given = values.get(source.field, ())
    names = (given,) if isinstance(given, str) else given
    if isinstance(names, bytes) or (source.required and not names):
        raise ValueMissing(field=source.field)
    return names


def _about_status(profile: CertificateProfile, issuer: IssuerFacts) -> list[Part]:
    """Where its status and its issuer are found, and what the house adds."""
    parts: list[Part] = []
    if profile.crl_distribution_point:
        points = extensions.crl_distribution_points(_required(issuer.crl_url, "crl_url"))
        parts.append(extensions.extension(oids.CRL_DISTRIBUTION_POINTS, points))
    if profile.ocsp_access or profile.ca_issuers_access:
        access = extensions.authority_information_access(
            ocsp_url=_required(issuer.ocsp_url, "ocsp_url") if profile.ocsp_access else None,
            ca_issuers_url=_required(issuer.ca_issuers_url, "ca_issuers_url")
            if profile.ca_issuers_access
            else None,
        )
        parts.append(extensions.extension(oids.AUTHORITY_INFORMATION_ACCESS, access))
    if profile.ocsp_no_check:
        parts.append(extensions.extension(oids.OCSP_NO_CHECK, der.null()))
    return [*parts, *(_opaque_writer(opaque) for opaque in profile.opaque_extensions)]


def _required(url: str | None, where: str) -> str:
    if not url:
        raise ProfileIncomplete(where=where)
    return url


def _opaque_writer(opaque: OpaqueExtension) -> Writer:
    def write(spki_der: bytes, values: Values) -> bytes:
        content = values.get(opaque.field)
        if isinstance(content, bytes):
            return extensions.extension(opaque.oid, der.octet_string(content))
        if opaque.required or content is not None:
            raise ValueMissing(field=opaque.field)
        return b""

    return write
