"""The third judge: what `cryptography`, a decoder we did not write, reads in the certificate equals what the template means."""

from collections.abc import Callable
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import AuthorityInformationAccessOID

from chopmark.pki import algorithms, oids
from chopmark.pki.certificates import CertificateTemplate, TemplateValues, Value, key_identifier
from chopmark.pki.der import Reader
from chopmark.pki.findings import Finding, Severity, Source
from chopmark.pki.judges import decoded_names
from chopmark.pki.profiles import CertificateProfile, KeyUsage


@dataclass(frozen=True, slots=True)
class Meant:
    """What the certificate is meant to say."""

    template: CertificateTemplate
    values: TemplateValues

    @property
    def profile(self) -> CertificateProfile:
        return self.template.profile

    def texts(self, field: str) -> list[str]:
        value: Value = self.values.values.get(field, ())
        if isinstance(value, bytes):
            return []
        return [value] if isinstance(value, str) else list(value)


def judge(certificate_der: bytes, meant: Meant) -> list[Finding]:
    """One finding for each field that decodes to something else than was meant; the values themselves stay out of it."""
    try:
        certificate = x509.load_der_x509_certificate(certificate_der)
        wrong = [where for where, says in FIELDS.items() if not says(certificate, meant)]
        wrong += _extensions_wrong(certificate, meant)
    except (ValueError, x509.DuplicateExtension, x509.ExtensionNotFound):
        # The decoder's text may quote what it could not read: it goes nowhere.
        return [Finding(Source.DECODED, "not_decoded", Severity.FATAL, "")]
    return [Finding(Source.DECODED, "decodes_otherwise", Severity.ERROR, where) for where in wrong]


def _serial_number(certificate: x509.Certificate, meant: Meant) -> bool:
    return certificate.serial_number == int.from_bytes(meant.values.serial_number, "big")


def _validity(certificate: x509.Certificate, meant: Meant) -> bool:
    decoded = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return decoded == (meant.values.not_before, meant.values.not_after)


def _signature_algorithm(certificate: x509.Certificate, meant: Meant) -> bool:
    identifier = algorithms.algorithm_identifier(meant.template.signature_algorithm)
    return certificate.signature_algorithm_oid.dotted_string == Reader(identifier).enter().oid()


def _public_key(certificate: x509.Certificate, meant: Meant) -> bool:
    decoded = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return decoded == meant.values.spki_der


FIELDS: dict[str, Callable[[x509.Certificate, Meant], bool]] = {
    "version": lambda certificate, _: certificate.version is x509.Version.v3,
    "serialNumber": _serial_number,
    "signature": _signature_algorithm,
    "issuer": lambda certificate, meant: decoded_names.same(
        certificate.issuer, meant.template.issuer.name_der
    ),
    "validity": _validity,
    "subject": lambda certificate, meant: decoded_names.same(certificate.subject, meant.values.subject_der),
    "subjectPublicKeyInfo": _public_key,
}


def _extensions_wrong(certificate: x509.Certificate, meant: Meant) -> list[str]:
    """Extensions that are absent, present without being meant, or other than meant."""
    expected = {value.oid.dotted_string: (critical, value) for critical, value in _extensions_meant(meant)}
    found = {one.oid.dotted_string: (one.critical, one.value) for one in certificate.extensions}
    return [f"extensions.{oid}" for oid in sorted(expected | found) if expected.get(oid) != found.get(oid)]


def _extensions_meant(meant: Meant) -> list[tuple[bool, x509.ExtensionType]]:
    """The profile again, in the classes of another library: written apart from our encoders on purpose."""
    written = [*_keys(meant), *_subject(meant), *_status(meant), *_private(meant)]
    return [(critical, value) for critical, value in written if value is not None]


_Written = tuple[bool, x509.ExtensionType | None]


def _keys(meant: Meant) -> list[_Written]:
    profile, subject_key = meant.profile, key_identifier(meant.values.spki_der)
    issuer_key = meant.template.issuer.key_identifier
    purposes = [x509.ObjectIdentifier(purpose.value) for purpose in profile.extended_key_usage]
    return [
        (
            False,
            x509.AuthorityKeyIdentifier(issuer_key, None, None) if profile.authority_key_identifier else None,
        ),
        (False, x509.SubjectKeyIdentifier(subject_key) if profile.subject_key_identifier else None),
        (True, _key_usage(profile.key_usage)),
        (False, x509.ExtendedKeyUsage(purposes) if purposes else None),
    ]


def _key_usage(usages: frozenset[KeyUsage]) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=KeyUsage.DIGITAL_SIGNATURE in usages,
        content_commitment=KeyUsage.NON_REPUDIATION in usages,
        key_encipherment=KeyUsage.KEY_ENCIPHERMENT in usages,
        data_encipherment=KeyUsage.DATA_ENCIPHERMENT in usages,
        key_agreement=KeyUsage.KEY_AGREEMENT in usages,
        key_cert_sign=KeyUsage.KEY_CERT_SIGN in usages,
        crl_sign=KeyUsage.CRL_SIGN in usages,
        encipher_only=KeyUsage.ENCIPHER_ONLY in usages,
        decipher_only=KeyUsage.DECIPHER_ONLY in usages,
    )


def _subject(meant: Meant) -> list[_Written]:
    constraints = meant.profile.basic_constraints
    return [
        (True, x509.BasicConstraints(ca=constraints.ca, path_length=constraints.path_length)),
        (False, _policies(meant)),
        (False, decoded_names.alternative_names(meant.profile, meant.texts)),
        (True, decoded_names.constraints(meant.profile.name_constraints)),
    ]


def _policies(meant: Meant) -> x509.CertificatePolicies | None:
    policies = []
    for policy in meant.profile.policies:
        notices = meant.texts(policy.user_notice_from) if policy.user_notice_from else [policy.user_notice]
        qualifiers: list[str | x509.UserNotice] = [policy.cps_uri] if policy.cps_uri is not None else []
        qualifiers += [x509.UserNotice(None, notice) for notice in notices if notice is not None]
        policies.append(x509.PolicyInformation(x509.ObjectIdentifier(policy.oid), qualifiers or None))
    return x509.CertificatePolicies(policies) if policies else None


def _status(meant: Meant) -> list[_Written]:
    profile, issuer = meant.profile, meant.template.issuer
    points = x509.CRLDistributionPoints(
        [x509.DistributionPoint([x509.UniformResourceIdentifier(issuer.crl_url or "")], None, None, None)]
    )
    places = [
        (profile.ocsp_access, AuthorityInformationAccessOID.OCSP, issuer.ocsp_url),
        (profile.ca_issuers_access, AuthorityInformationAccessOID.CA_ISSUERS, issuer.ca_issuers_url),
    ]
    access = [
        x509.AccessDescription(method, x509.UniformResourceIdentifier(url or ""))
        for wanted, method, url in places
        if wanted
    ]
    return [
        (False, points if profile.crl_distribution_point else None),
        (False, x509.AuthorityInformationAccess(access) if access else None),
        (False, x509.OCSPNoCheck() if profile.ocsp_no_check else None),
    ]


def _private(meant: Meant) -> list[_Written]:
    """Private extensions: one OCTET STRING, its header written here by hand."""
    written: list[_Written] = []
    for opaque in meant.profile.opaque_extensions:
        content = meant.values.values.get(opaque.field)
        if isinstance(content, bytes) and opaque.oid != oids.SIGNED_CERTIFICATE_TIMESTAMPS:
            value = decoded_names.octet_string(content)
            written.append((False, x509.UnrecognizedExtension(x509.ObjectIdentifier(opaque.oid), value)))
    return written
