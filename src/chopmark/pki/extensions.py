"""Extension values as DER (RFC 5280 §4.2): each function returns what stands inside extnValue."""

from collections.abc import Iterable
from functools import lru_cache

from chopmark.pki import der, oids
from chopmark.pki.der import tags
from chopmark.pki.profiles import (
    BasicConstraints,
    CertificatePolicy,
    ExtendedKeyUsage,
    KeyUsage,
    NameConstraints,
    NameKind,
)
from chopmark.pki.refusals import Refusal

_KEY_USAGE_BITS = {usage: bit for bit, usage in enumerate(KeyUsage)}
_KEY_USAGES = tuple(KeyUsage)
NOTICE_LIMIT = 200  # DisplayText, RFC 5280 §4.2.1.4


class NoticeTooLong(Refusal):
    """A user notice has at most 200 characters (RFC 5280 §4.2.1.4)."""

    code = "notice_too_long"


class GeneralNameIllegal(Refusal):
    """An alternative name or address that its form cannot hold."""

    code = "general_name_illegal"


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    """One Extension; `critical` FALSE is the default and so is left out (X.690 §11.5)."""
    flag = der.boolean(True) if critical else b""
    return der.tlv(tags.SEQUENCE, der.oid(oid) + flag + der.octet_string(value))


def general_name(kind: NameKind, value: str) -> bytes:
    if kind is NameKind.DIRECTORY:
        return der.explicit(kind.value, bytes.fromhex(value))
    if not value or not value.isascii() or not value.isprintable() or " " in value:
        raise GeneralNameIllegal(kind=kind.name)
    return der.context(kind.value, value.encode("ascii"))


def read_general_name(element: der.Element) -> tuple[NameKind, str]:
    """A name of a form that we write; any other form is malformed here."""
    kind = KINDS.get(element.tag)
    if kind is None:
        raise der.MalformedDer(where="general_name", found=element.tag)
    if kind is NameKind.DIRECTORY:
        return kind, element.content.hex()
    try:
        return kind, element.content.decode("ascii")
    except UnicodeDecodeError:
        raise der.MalformedDer(where="general_name") from None


KINDS = {
    tags.CONTEXT | 1: NameKind.RFC822,
    tags.CONTEXT | 2: NameKind.DNS,
    tags.EXPLICIT | 4: NameKind.DIRECTORY,
    tags.CONTEXT | 6: NameKind.URI,
}


def general_names(names: Iterable[tuple[NameKind, str]]) -> bytes:
    return der.sequence(*(general_name(kind, value) for kind, value in names))


@lru_cache(maxsize=64)  # several rules look at the same names
def read_general_names(value: bytes) -> tuple[tuple[NameKind, str], ...]:
    return tuple(read_general_name(element) for element in der.read_one(value).elements())


def authority_key_identifier(key_identifier: bytes) -> bytes:
    return der.sequence(der.context(0, key_identifier))


def read_authority_key_identifier(value: bytes) -> bytes | None:
    """The key identifier, if that is what names the issuer's key."""
    found = der.read_one(value).optional(tags.CONTEXT | 0)
    return None if found is None else found.content


def key_usage(usages: Iterable[KeyUsage]) -> bytes:
    return der.named_bits(_KEY_USAGE_BITS[usage] for usage in usages)


def read_key_usage(value: bytes) -> frozenset[KeyUsage]:
    reader = der.Reader(value)
    bits = reader.named_bits()
    reader.finish()
    if not bits or max(bits) >= len(_KEY_USAGES):
        raise der.MalformedDer(where="key_usage")
    return frozenset(_KEY_USAGES[bit] for bit in bits)


def extended_key_usage(usages: Iterable[ExtendedKeyUsage]) -> bytes:
    return der.sequence(*(der.oid(usage.value) for usage in usages))


@lru_cache(maxsize=64)
def read_extended_key_usage(value: bytes) -> tuple[str, ...]:
    """Dotted identifiers: a certificate that we read may hold usages that we never write."""
    return read_oids(der.read_one(value))


def read_oids(reader: der.Reader) -> tuple[str, ...]:
    found = []
    while reader:
        found.append(reader.oid())
    return tuple(found)


def basic_constraints(constraints: BasicConstraints) -> bytes:
    ca = der.boolean(True) if constraints.ca else b""
    length = b"" if constraints.path_length is None else der.integer(constraints.path_length)
    return der.sequence(ca, length)


def read_basic_constraints(value: bytes) -> BasicConstraints:
    reader = der.read_one(value)
    ca = reader.peek() == tags.BOOLEAN and reader.boolean()
    length = reader.integer() if reader.peek() == tags.INTEGER else None
    reader.finish()
    return BasicConstraints(ca=ca, path_length=length)


def certificate_policies(policies: Iterable[tuple[CertificatePolicy, str | None]]) -> bytes:
    """Each policy with the text of its notice, which may be the profile's or this certificate's."""
    return der.sequence(*(_policy(policy, notice) for policy, notice in policies))


def _policy(policy: CertificatePolicy, notice: str | None) -> bytes:
    qualifiers = []
    if policy.cps_uri is not None:
        qualifiers.append(der.sequence(der.oid(oids.POLICY_QUALIFIER_CPS), der.ia5_string(policy.cps_uri)))
    if notice is not None:
        qualifiers.append(der.sequence(der.oid(oids.POLICY_QUALIFIER_USER_NOTICE), _user_notice(notice)))
    return der.sequence(der.oid(policy.oid), der.sequence(*qualifiers) if qualifiers else b"")


def _user_notice(text: str) -> bytes:
    # explicitText is a UTF8String (RFC 6818 §3, which replaces the advice of RFC 5280 §4.2.1.4).
    if not 0 < len(text) <= NOTICE_LIMIT:
        raise NoticeTooLong(limit=NOTICE_LIMIT, length=len(text))
    return der.sequence(der.utf8_string(text))


def read_certificate_policies(value: bytes) -> tuple[CertificatePolicy, ...]:
    reader, policies = der.read_one(value), []
    while reader:
        policies.append(_read_policy(reader.enter()))
    return tuple(policies)


def _read_policy(reader: der.Reader) -> CertificatePolicy:
    oid, cps_uri, notice = reader.oid(), None, None
    qualifiers = reader.enter_optional(tags.SEQUENCE) or der.Reader(b"")
    while qualifiers:
        qualifier = qualifiers.enter()
        kind = qualifier.oid()
        if kind == oids.POLICY_QUALIFIER_CPS:
            cps_uri = qualifier.element(tags.IA5_STRING).content.decode("ascii", "replace")
        elif kind == oids.POLICY_QUALIFIER_USER_NOTICE:
            notice = qualifier.enter().element(tags.UTF8_STRING).content.decode("utf-8", "replace")
    reader.finish()
    return CertificatePolicy(oid=oid, cps_uri=cps_uri, user_notice=notice)


def crl_distribution_points(url: str) -> bytes:
    """One point, by URI, all reasons, the issuer itself (RFC 5280 §4.2.1.13)."""
    return der.sequence(der.sequence(distribution_point_name(url)))


def distribution_point_name(url: str) -> bytes:
    """DistributionPointName by fullName, under its tag [0]: here and in issuingDistributionPoint."""
    return der.explicit(0, der.explicit(0, general_name(NameKind.URI, url)))


def read_crl_distribution_points(value: bytes) -> tuple[str, ...]:
    """The URIs of the points that are named by URI."""
    reader, urls = der.read_one(value), []
    while reader:
        name = reader.enter().enter_optional(tags.EXPLICIT | 0)
        if name is not None:
            urls.extend(read_distribution_point_name(name))
    return tuple(urls)


def read_distribution_point_name(name: der.Reader) -> list[str]:
    full_name = name.enter_optional(tags.EXPLICIT | 0) or der.Reader(b"")
    found = [read_general_name(element) for element in full_name.elements()]
    return [value for kind, value in found if kind is NameKind.URI]


def authority_information_access(*, ocsp_url: str | None, ca_issuers_url: str | None) -> bytes:
    given = ((oids.ACCESS_OCSP, ocsp_url), (oids.ACCESS_CA_ISSUERS, ca_issuers_url))
    return der.sequence(
        *(der.sequence(der.oid(method), general_name(NameKind.URI, url)) for method, url in given if url)
    )


def read_authority_information_access(value: bytes) -> tuple[tuple[str, str], ...]:
    """(access method, URI), for those locations that are URIs."""
    reader, found = der.read_one(value), []
    while reader:
        description = reader.enter()
        method = description.oid()
        kind, location = read_general_name(description.element())
        if kind is NameKind.URI:
            found.append((method, location))
    return tuple(found)


def name_constraints(constraints: NameConstraints) -> bytes:
    """Subtrees by DNS name, mail domain, directory name or URI host; minimum is always 0 and so absent."""
    return der.sequence(_subtrees(0, constraints.permitted), _subtrees(1, constraints.excluded))


def _subtrees(number: int, subtrees: Iterable[tuple[NameKind, str]]) -> bytes:
    encoded = [der.sequence(general_name(kind, value)) for kind, value in subtrees]
    return der.explicit(number, *encoded) if encoded else b""
