"""The shapes of what the authority signs, as frozen data (RFC 3647 §7): a pack declares them, certificates.py compiles them."""

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import Enum, StrEnum

from chopmark.pki import oids
from chopmark.pki.algorithms import SignatureAlgorithm


class KeyUsage(StrEnum):
    """The value is the bit's name in RFC 5280 §4.2.1.3; the order of definition is the order of the bits."""

    DIGITAL_SIGNATURE = "digitalSignature"
    NON_REPUDIATION = "nonRepudiation"
    KEY_ENCIPHERMENT = "keyEncipherment"
    DATA_ENCIPHERMENT = "dataEncipherment"
    KEY_AGREEMENT = "keyAgreement"
    KEY_CERT_SIGN = "keyCertSign"
    CRL_SIGN = "cRLSign"
    ENCIPHER_ONLY = "encipherOnly"
    DECIPHER_ONLY = "decipherOnly"


class ExtendedKeyUsage(StrEnum):
    SERVER_AUTH = oids.SERVER_AUTH
    CLIENT_AUTH = oids.CLIENT_AUTH
    CODE_SIGNING = oids.CODE_SIGNING
    EMAIL_PROTECTION = oids.EMAIL_PROTECTION
    TIME_STAMPING = oids.TIME_STAMPING
    OCSP_SIGNING = oids.OCSP_SIGNING
    DOCUMENT_SIGNING = oids.DOCUMENT_SIGNING


class NameKind(Enum):
    """Forms of GeneralName that we write; the value is its context tag (RFC 5280 §4.2.1.6)."""

    RFC822 = 1
    DNS = 2
    DIRECTORY = 4
    URI = 6


class KeyKind(StrEnum):
    RSA = "rsa"
    EC = "ec"
    ED25519 = "ed25519"
    ML_DSA = "ml-dsa"


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicConstraints:
    ca: bool = False
    path_length: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatePolicy:
    """A policy and its qualifiers; the notice is a constant of the profile, or the fill value named by `user_notice_from`."""

    oid: str
    cps_uri: str | None = None
    user_notice: str | None = None
    user_notice_from: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SanSource:
    """Alternative names of one kind, taken from the fill value `field`: one string, or several in a tuple."""

    kind: NameKind
    field: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OpaqueExtension:
    """A private extension whose value is one OCTET STRING from the fill value `field`, for example a salted commitment."""

    oid: str
    field: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NameConstraints:
    """What an authority certificate lets its subordinates name (RFC 5280 §4.2.1.10). Directory names are DER in hex."""

    permitted: tuple[tuple[NameKind, str], ...] = ()
    excluded: tuple[tuple[NameKind, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateProfile:
    """Everything about a certificate that is the same for each of its kind."""

    name: str
    validity: timedelta
    key_usage: frozenset[KeyUsage]
    extended_key_usage: tuple[ExtendedKeyUsage, ...] = ()
    basic_constraints: BasicConstraints = BasicConstraints()
    policies: tuple[CertificatePolicy, ...] = ()
    subject_alternative_names: tuple[SanSource, ...] = ()
    opaque_extensions: tuple[OpaqueExtension, ...] = ()
    name_constraints: NameConstraints | None = None
    ocsp_no_check: bool = False
    authority_key_identifier: bool = True
    subject_key_identifier: bool = True
    crl_distribution_point: bool = True
    ocsp_access: bool = True
    ca_issuers_access: bool = True
    signature_algorithms: tuple[SignatureAlgorithm, ...] = tuple(SignatureAlgorithm)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerFacts:
    """What an issuer prints of itself in each certificate; a shard's CRL address makes its own compiled template."""

    name_der: bytes
    key_identifier: bytes
    ca_issuers_url: str | None = None
    crl_url: str | None = None
    ocsp_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrlProfile:
    """One kind of CRL: how long it may be relied on, and which certificates it covers (RFC 5280 §5.2.5)."""

    name: str
    validity: timedelta
    only_user: bool = False
    only_ca: bool = False
    distribution_point_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OcspProfile:
    """How a responder answers (RFC 6960, RFC 9654)."""

    name: str
    validity: timedelta
    maximum_request_octets: int = 16 * 1024
    maximum_certificates: int = 50
    echo_nonce: bool = True


def root_profile(
    *, name: str = "root", validity: timedelta = timedelta(days=25 * 365), path_length: int | None = None
) -> CertificateProfile:
    """A self-signed authority certificate: it says nothing about its own status (RFC 5280 §4.2.1.13 leaves that to anchors)."""
    return CertificateProfile(
        name=name,
        validity=validity,
        key_usage=frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN}),
        basic_constraints=BasicConstraints(ca=True, path_length=path_length),
        crl_distribution_point=False,
        ocsp_access=False,
        ca_issuers_access=False,
    )


def issuing_authority_profile(
    *,
    name: str,
    validity: timedelta,
    extended_key_usage: tuple[ExtendedKeyUsage, ...],
    policies: tuple[CertificatePolicy, ...] = (CertificatePolicy(oid=oids.ANY_POLICY),),
    name_constraints: NameConstraints | None = None,
    ocsp_access: bool = True,
) -> CertificateProfile:
    """An authority certificate held to one purpose by its EKU (C17), which issues to end entities only (path length 0)."""
    return CertificateProfile(
        name=name,
        validity=validity,
        key_usage=frozenset({KeyUsage.KEY_CERT_SIGN, KeyUsage.CRL_SIGN}),
        extended_key_usage=extended_key_usage,
        basic_constraints=BasicConstraints(ca=True, path_length=0),
        policies=policies,
        name_constraints=name_constraints,
        ocsp_access=ocsp_access,
    )


def end_entity_profile(
    *,
    name: str,
    validity: timedelta,
    key_usage: frozenset[KeyUsage],
    extended_key_usage: tuple[ExtendedKeyUsage, ...],
    policies: tuple[CertificatePolicy, ...],
    subject_alternative_names: tuple[SanSource, ...] = (),
    opaque_extensions: tuple[OpaqueExtension, ...] = (),
) -> CertificateProfile:
    return CertificateProfile(
        name=name,
        validity=validity,
        key_usage=key_usage,
        extended_key_usage=extended_key_usage,
        policies=policies,
        subject_alternative_names=subject_alternative_names,
        opaque_extensions=opaque_extensions,
    )


def ocsp_delegate_profile(*, name: str = "ocsp-delegate", validity: timedelta) -> CertificateProfile:
    """A short-lived responder's certificate; nobody asks for its status (RFC 6960 §4.2.2.2.1)."""
    return CertificateProfile(
        name=name,
        validity=validity,
        key_usage=frozenset({KeyUsage.DIGITAL_SIGNATURE}),
        extended_key_usage=(ExtendedKeyUsage.OCSP_SIGNING,),
        ocsp_no_check=True,
        crl_distribution_point=False,
        ocsp_access=False,
    )


# What a key of each kind cannot do (RFC 4055 §1.2, RFC 8813 §3, RFC 8410 §5, RFC 9881 §5).
_CANNOT = {
    KeyKind.RSA: frozenset({KeyUsage.KEY_AGREEMENT, KeyUsage.ENCIPHER_ONLY, KeyUsage.DECIPHER_ONLY}),
    KeyKind.EC: frozenset({KeyUsage.KEY_ENCIPHERMENT, KeyUsage.DATA_ENCIPHERMENT}),
}
_ENCIPHERING = frozenset(KeyUsage) - {
    KeyUsage.DIGITAL_SIGNATURE,
    KeyUsage.NON_REPUDIATION,
    KeyUsage.KEY_CERT_SIGN,
    KeyUsage.CRL_SIGN,
}


def cannot_do(kind: KeyKind) -> frozenset[KeyUsage]:
    """Usages that a key of this kind must not be certified for; a key that only signs can do nothing else."""
    return _CANNOT.get(kind, _ENCIPHERING)


def profile_for_key(profile: CertificateProfile, kind: KeyKind) -> CertificateProfile:
    """The profile with only those usages that a key of this kind can have: keyEncipherment is for RSA."""
    return replace(profile, key_usage=profile.key_usage - cannot_do(kind))
