"""The stage of the pki tests: a root, an identity and a server authority, and Asha, whose certificate is without fault."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import strategies as st

from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.certificates import (
    CertificateTemplate,
    IssuerFacts,
    Value,
    assemble,
    compile_template,
    key_identifier,
)
from chopmark.pki.names import write_name
from chopmark.pki.profiles import (
    CertificatePolicy,
    CertificateProfile,
    ExtendedKeyUsage,
    KeyUsage,
    NameKind,
    SanSource,
    end_entity_profile,
    issuing_authority_profile,
    ocsp_delegate_profile,
    root_profile,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
A_DAY = timedelta(days=1)
ECDSA = SignatureAlgorithm.ECDSA_SHA256
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey

IDENTITY = end_entity_profile(
    name="personal",
    validity=3 * 366 * A_DAY,
    key_usage=frozenset({KeyUsage.DIGITAL_SIGNATURE, KeyUsage.NON_REPUDIATION}),
    extended_key_usage=(ExtendedKeyUsage.CLIENT_AUTH, ExtendedKeyUsage.EMAIL_PROTECTION),
    policies=(
        CertificatePolicy(
            oid="1.3.6.1.4.1.99999.1.1.1", cps_uri="http://ca.example/cps", user_notice_from="reliance"
        ),
    ),
    subject_alternative_names=(SanSource(kind=NameKind.RFC822, field="email"),),
)
SERVER = end_entity_profile(
    name="server",
    validity=199 * A_DAY,
    key_usage=frozenset({KeyUsage.DIGITAL_SIGNATURE}),
    extended_key_usage=(ExtendedKeyUsage.SERVER_AUTH,),
    policies=(CertificatePolicy(oid="1.3.6.1.4.1.99999.1.7.1", cps_uri="http://ca.example/cps"),),
    subject_alternative_names=(SanSource(kind=NameKind.DNS, field="dns_names", required=True),),
)
ASHA_NAME = write_name(
    [
        ("C", "HK"),
        ("O", "Example e-Cert (Personal)"),
        ("OU", "0000077156"),
        ("E", "asha@mail.example"),
        ("CN", "CHAN Asha"),
    ]
).der
ASHA_VALUES: Mapping[str, Value] = {"email": ("asha@mail.example",), "reliance": "Reliance limit HK$200,000"}
HOST_NAME = write_name([("C", "HK"), ("O", "Example e-Cert (Server)"), ("CN", "www.host.example")]).der
HOST_VALUES: Mapping[str, Value] = {"dns_names": ("www.host.example", "host.example")}


def moments(first_year: int, last_year: int) -> st.SearchStrategy[datetime]:
    """Whole seconds in UTC."""
    return st.datetimes(
        min_value=datetime.fromisoformat(f"{first_year}-01-01"),
        max_value=datetime.fromisoformat(f"{last_year}-12-31"),
        timezones=st.just(UTC),
    ).map(lambda moment: moment.replace(microsecond=0))


def a_serial(number: int) -> bytes:
    """Sixteen octets that look random and are the same in each run."""
    digest = hashes.Hash(hashes.SHA256())
    digest.update(number.to_bytes(8, "big"))
    return b"\x45" + digest.finalize()[:15]


def spki_of(key: PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@dataclass(frozen=True)
class Authority:
    key: ec.EllipticCurvePrivateKey
    name_der: bytes
    certificate_der: bytes

    @property
    def facts(self) -> IssuerFacts:
        return IssuerFacts(
            name_der=self.name_der,
            key_identifier=key_identifier(spki_of(self.key)),
            ca_issuers_url="http://ca.example/ca/issuing.crt",
            crl_url="http://ca.example/crl/issuing-0.crl",
            ocsp_url="http://ocsp.example/",
        )

    def template(self, profile: CertificateProfile) -> CertificateTemplate:
        return compile_template(profile, issuer=self.facts, signature_algorithm=ECDSA)

    def sign(self, tbs: bytes) -> bytes:
        return self.key.sign(tbs, ec.ECDSA(hashes.SHA256()))

    def certify(self, tbs: bytes) -> bytes:
        return assemble(tbs, ECDSA, self.sign(tbs))


@cache
def a_key() -> ec.EllipticCurvePrivateKey:
    """A subscriber's key."""
    return ec.generate_private_key(ec.SECP256R1())


@cache
def root() -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = write_name([("C", "HK"), ("O", "Example Post"), ("CN", "Example Post Root CA")]).der
    return replace(_unsigned(key, name), certificate_der=_unsigned(key, name).certify(_root_tbs(key, name)))


def _unsigned(key: ec.EllipticCurvePrivateKey, name: bytes) -> Authority:
    return Authority(key, name, b"")


def _root_tbs(key: ec.EllipticCurvePrivateKey, name: bytes) -> bytes:
    return root_template(key, name).fill(
        serial_number=a_serial(1),
        not_before=NOON - 365 * A_DAY,
        not_after=NOON + 24 * 365 * A_DAY,  # beyond 2049: GeneralizedTime
        subject_der=name,
        spki_der=spki_of(key),
    )


def root_template(key: ec.EllipticCurvePrivateKey, name: bytes) -> CertificateTemplate:
    return _unsigned(key, name).template(root_profile())


@cache
def identity_authority() -> Authority:
    usages = (ExtendedKeyUsage.CLIENT_AUTH, ExtendedKeyUsage.EMAIL_PROTECTION)
    return _issuing("Example e-Cert CA 2", usages, number=2)


@cache
def server_authority() -> Authority:
    return _issuing("Example e-Cert SSL CA 3", (ExtendedKeyUsage.SERVER_AUTH,), number=3)


def _issuing(common_name: str, usages: tuple[ExtendedKeyUsage, ...], *, number: int) -> Authority:
    key = ec.generate_private_key(ec.SECP256R1())
    name = write_name([("C", "HK"), ("O", "Example Post"), ("CN", common_name)]).der
    template = root().template(issuing_profile(usages))
    tbs = template.fill(
        serial_number=a_serial(number),
        not_before=NOON - 30 * A_DAY,
        not_after=NOON + 10 * 365 * A_DAY,
        subject_der=name,
        spki_der=spki_of(key),
    )
    return Authority(key, name, root().certify(tbs))


def issuing_profile(usages: tuple[ExtendedKeyUsage, ...]) -> CertificateProfile:
    return issuing_authority_profile(name="issuing", validity=11 * 366 * A_DAY, extended_key_usage=usages)


def ashas_tbs(template: CertificateTemplate | None = None, **otherwise: object) -> bytes:
    """Asha's certificate before it is signed; a named field may be otherwise."""
    template = template or identity_authority().template(IDENTITY)
    fields: dict[str, object] = {
        "serial_number": a_serial(1001),
        "not_before": NOON,
        "not_after": NOON + 3 * 365 * A_DAY,
        "subject_der": ASHA_NAME,
        "spki_der": spki_of(a_key()),
        "values": ASHA_VALUES,
    }
    return template.fill(**(fields | otherwise))  # type: ignore[arg-type]  # the saboteur may say anything


def hosts_tbs(template: CertificateTemplate | None = None, **otherwise: object) -> bytes:
    """A server's certificate before it is signed."""
    fields: dict[str, object] = {
        "serial_number": a_serial(2001),
        "not_after": NOON + 199 * A_DAY,
        "subject_der": HOST_NAME,
        "values": HOST_VALUES,
    }
    return ashas_tbs(template or server_authority().template(SERVER), **(fields | otherwise))


@cache
def delegate() -> tuple[ec.EllipticCurvePrivateKey, bytes]:
    """The key and certificate of the identity authority's OCSP delegate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = write_name([("C", "HK"), ("O", "Example Post"), ("CN", "Example OCSP 1")]).der
    template = identity_authority().template(ocsp_delegate_profile(validity=3 * A_DAY))
    tbs = template.fill(
        serial_number=a_serial(3001),
        not_before=NOON - A_DAY,
        not_after=NOON + 2 * A_DAY,
        subject_der=name,
        spki_der=spki_of(key),
    )
    return key, identity_authority().certify(tbs)
