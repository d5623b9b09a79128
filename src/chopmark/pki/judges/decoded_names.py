"""Names, as the decoding judge compares them: what `cryptography` reads against what was meant, by its own classes."""

import warnings
from collections.abc import Callable

from cryptography import x509
from cryptography.hazmat import asn1

from chopmark.pki.attributes import BY_NAME
from chopmark.pki.names import read_name
from chopmark.pki.profiles import CertificateProfile, NameConstraints, NameKind

# X.520 counts characters and this decoder octets, so it warns of Chinese names that are well within bounds.
warnings.filterwarnings("ignore", message="Attribute's length must be", category=UserWarning)


def same(decoded: x509.Name, name_der: bytes) -> bool:
    """The same attributes with the same values in the same order, and the same octets."""
    meant = [(BY_NAME[name].oid, value) for name, value in read_name(name_der).attributes]
    found = [(one.oid.dotted_string, one.value) for one in decoded]
    return found == meant and decoded.public_bytes() == name_der


def general_name(kind: NameKind, value: str) -> x509.GeneralName:
    if kind is NameKind.RFC822:
        return x509.RFC822Name(value)
    if kind is NameKind.DNS:
        return x509.DNSName(value)
    if kind is NameKind.URI:
        return x509.UniformResourceIdentifier(value)
    return x509.DirectoryName(_name(bytes.fromhex(value)))


def _name(name_der: bytes) -> x509.Name:
    attributes = read_name(name_der).attributes
    return x509.Name(
        [x509.NameAttribute(x509.ObjectIdentifier(BY_NAME[name].oid), value) for name, value in attributes]
    )


def alternative_names(
    profile: CertificateProfile, texts: Callable[[str], list[str]]
) -> x509.SubjectAlternativeName | None:
    sources = profile.subject_alternative_names
    names = [general_name(source.kind, text) for source in sources for text in texts(source.field)]
    return x509.SubjectAlternativeName(names) if names else None


def constraints(meant: NameConstraints | None) -> x509.NameConstraints | None:
    if meant is None:
        return None
    permitted = [general_name(kind, value) for kind, value in meant.permitted]
    excluded = [general_name(kind, value) for kind, value in meant.excluded]
    return x509.NameConstraints(permitted or None, excluded or None)


def octet_string(content: bytes) -> bytes:
    return asn1.encode_der(content)
