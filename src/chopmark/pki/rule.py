"""A rule of our own about to-be-signed certificates: a module of chopmark.pki.rules with a CITATION and a check.

One that says SHARED looks only at what siblings have in common, and is not asked again about each of a population.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from chopmark.pki import extensions, oids
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.profiles import BasicConstraints, CertificateProfile, NameKind
from chopmark.pki.tbs import TbsCertificate


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Beside what the certificate is judged: its profile, its algorithm, its issuer's certificate (its own, if self-signed)."""

    profile: CertificateProfile
    signature_algorithm: SignatureAlgorithm
    issuer: TbsCertificate

    @property
    def is_authority(self) -> bool:
        return self.profile.basic_constraints.ca


# Yields the place of each violation, as a path of field names; nothing means that the rule is kept.
Check = Callable[[TbsCertificate, Given], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    code: str
    citation: str
    check: Check
    shared: bool  # looks only at what siblings of one template, issuer and kind of key have in common


def constraints_of(certificate: TbsCertificate) -> BasicConstraints:
    """An absent extension says "no authority" (RFC 5280 §4.2.1.9)."""
    value = certificate.extension_value(oids.BASIC_CONSTRAINTS)
    return BasicConstraints() if value is None else extensions.read_basic_constraints(value)


def purposes_of(certificate: TbsCertificate) -> frozenset[str]:
    value = certificate.extension_value(oids.EXTENDED_KEY_USAGE)
    return frozenset() if value is None else frozenset(extensions.read_extended_key_usage(value))


def alternative_names_of(certificate: TbsCertificate, kind: NameKind) -> tuple[str, ...]:
    value = certificate.extension_value(oids.SUBJECT_ALT_NAME)
    names = () if value is None else extensions.read_general_names(value)
    return tuple(name for found, name in names if found is kind)
