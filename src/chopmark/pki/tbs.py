"""Take a TBSCertificate apart (RFC 5280 §4.1), strictly: what rules, templates and readers look at."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

from chopmark.pki import der
from chopmark.pki.der import tags


class ExtensionFacts(NamedTuple):
    oid: str
    critical: bool
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class TbsCertificate:
    """The fields as they stand; nothing here has been judged yet. `version` is the wire's: 2 means v3."""

    encoded: bytes
    version: int
    serial_number: bytes
    signature_algorithm: bytes
    issuer_der: bytes
    not_before: datetime
    not_after: datetime
    validity_tags: tuple[int, int]
    subject_der: bytes
    spki_der: bytes
    extension_list: tuple[ExtensionFacts, ...]

    @property
    def extensions(self) -> Mapping[str, ExtensionFacts]:
        """By identifier; a duplicate hides its predecessor here, and `e_extension_duplicate` looks at the list."""
        return MappingProxyType({found.oid: found for found in self.extension_list})

    def extension_value(self, oid: str) -> bytes | None:
        for found in self.extension_list:
            if found.oid == oid:
                return found.value
        return None


def read_tbs_certificate(encoded: bytes) -> TbsCertificate:
    reader = der.read_one(encoded)
    version = _read_version(reader)
    serial_number = reader.integer_octets()
    algorithm = reader.encoded(tags.SEQUENCE)
    issuer = reader.encoded(tags.SEQUENCE)
    not_before, not_after, validity_tags = _read_validity(reader.encoded(tags.SEQUENCE))
    subject = reader.encoded(tags.SEQUENCE)
    spki = reader.encoded(tags.SEQUENCE)
    extensions = _read_extensions(reader.enter_optional(tags.EXPLICIT | 3))
    reader.finish()
    return TbsCertificate(
        encoded=encoded,
        version=version,
        serial_number=serial_number,
        signature_algorithm=algorithm,
        issuer_der=issuer,
        not_before=not_before,
        not_after=not_after,
        validity_tags=validity_tags,
        subject_der=subject,
        spki_der=spki,
        extension_list=extensions,
    )


@lru_cache(maxsize=64)
def _read_validity(encoded: bytes) -> tuple[datetime, datetime, tuple[int, int]]:
    """Begin, end, and the types in which they are written; those of a chunk begin and end together."""
    validity = der.read_one(encoded)
    not_before, not_after = validity.element(), validity.element()
    validity.finish()
    return der.parse_time(not_before), der.parse_time(not_after), (not_before.tag, not_after.tag)


def _read_version(reader: der.Reader) -> int:
    explicit = reader.enter_optional(tags.EXPLICIT | 0)
    if explicit is None:
        return 0
    version = explicit.integer()
    explicit.finish()
    return version


def _read_extensions(wrapped: der.Reader | None) -> tuple[ExtensionFacts, ...]:
    if wrapped is None:
        return ()
    reader, found = wrapped.enter(), []
    wrapped.finish()
    while reader:
        found.append(_read_encoded(reader.encoded(tags.SEQUENCE)))
    return tuple(found)


@lru_cache(maxsize=512)
def _read_encoded(encoded: bytes) -> ExtensionFacts:
    """Most extensions of a population are the same in every certificate."""
    return read_extension(der.read_one(encoded))


def read_extension(reader: der.Reader) -> ExtensionFacts:
    """One Extension; an encoded FALSE is not DER (X.690 §11.5)."""
    oid = reader.oid()
    critical = reader.peek() == tags.BOOLEAN
    if critical and not reader.boolean():
        raise der.MalformedDer(where="default_encoded")
    value = reader.octets()
    reader.finish()
    return ExtensionFacts(oid, critical, value)
