"""Composing many certificates of one type for one moment: what they share is looked up and encoded once.

The worker and the signer each have a press of their own, set up from their own copy of the pack.
"""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from chopmark.authority.applications.selectors import class_for
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.shapes import name_template
from chopmark.authority.catalogue.words import Source
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.printing import shard_of
from chopmark.authority.custody.selectors import IssuingAuthority
from chopmark.authority.issuance.composing import BACKDATED_FOR, template_for
from chopmark.authority.issuance.errors import SeveralIssuers
from chopmark.pki.certificates import CertificateTemplate, PreparedTemplate, Value
from chopmark.pki.keys import key_shape
from chopmark.pki.names import NameWriter
from chopmark.pki.profiles import KeyKind

SERIAL_OCTETS = 16
_SOURCES = (Source.SUBSCRIBER_NAME.value, Source.SUBSCRIBER_EMAIL.value, Source.SUBSCRIBER_SRN.value)


class PrintLine(NamedTuple):
    """What one certificate of a chunk will say, and of which line of the chunk it is."""

    place: int
    name: str
    email: str
    age_band: str
    srn: str
    spki_der: bytes


class Printed(NamedTuple):
    """A TBSCertificate, the template that it is of, and the string of its subject."""

    place: int
    tbs_certificate: bytes
    template: CertificateTemplate
    subject: str
    shape: object  # certificates of one shape are siblings: see `pki.lint`


class Press:
    """A type's certificates for one moment. Its classes must have one issuer, since a chunk has."""

    def __init__(self, type_code: str, now: datetime) -> None:
        self.type_code = type_code
        self.kind = catalogue.require_recognised(type_code, now)
        self.day: date = current().authority.day_of(now)
        self.issuer: IssuingAuthority = _issuer_of(type_code, sorted(self.kind.classes), self.day)
        self._partitions = current().crl.lists[self.issuer.slug].partitions
        self._not_before = (now - BACKDATED_FOR).replace(microsecond=0)
        self._not_after = catalogue.not_after(type_code, now)
        self._names: dict[str, NameWriter] = {}
        self._prepared: dict[tuple[str, int, KeyKind], PreparedTemplate] = {}

    def compose(self, line: PrintLine, serial_number: bytes) -> Printed:
        """The certificate that the type in force gives to this line (CPS 7.1)."""
        group = class_for(self.kind, line.age_band)
        key_kind, algorithm = key_shape(line.spki_der)
        shard = shard_of(serial_number, self._partitions)
        prepared = self._prepared.get((group, shard, key_kind)) or self._prepare(group, shard, key_kind)
        said = zip(_SOURCES, (line.name, line.email, line.srn), strict=True)
        facts = {source: value for source, value in said if value}
        subject = self._name_writer(group).write(facts)
        fields = prepared.template.fields
        values: dict[str, Value] = {name: facts[name] for name in fields if name in facts}
        return Printed(
            place=line.place,
            tbs_certificate=prepared.fill(
                serial_number=serial_number,
                subject_der=subject.der,
                spki_der=line.spki_der,
                values=values,
            ),
            template=prepared.template,
            subject=subject.rfc4514(),
            shape=(group, shard, algorithm, *facts),
        )

    def _prepare(self, group: str, shard: int, key_kind: KeyKind) -> PreparedTemplate:
        template = template_for(self.type_code, group, self.day, self.issuer, shard, key_kind)
        prepared = template.prepare(not_before=self._not_before, not_after=self._not_after)
        self._prepared[group, shard, key_kind] = prepared
        return prepared

    def _name_writer(self, group: str) -> NameWriter:
        if group not in self._names:
            self._names[group] = NameWriter(name_template(self.kind, group))
        return self._names[group]


def _issuer_of(type_code: str, classes: Sequence[str], day: date) -> IssuingAuthority:
    slugs = {catalogue.issuer_for(type_code, group, day).slug for group in classes}
    if len(slugs) != 1:
        raise SeveralIssuers(type=type_code)
    return custody.authority_by_slug(slugs.pop())


def digest_of(tbs_certificate: bytes) -> bytes:
    return hashlib.sha256(tbs_certificate).digest()


def split(octets: bytes, size: int) -> list[bytes]:
    """Packed values of one size, taken apart."""
    return [octets[at : at + size] for at in range(0, len(octets), size)]


def places_from(octets: bytes) -> list[int]:
    return [int.from_bytes(two, "big") for two in split(octets, 2)]


def pack_places(places: Sequence[int]) -> bytes:
    return b"".join(place.to_bytes(2, "big") for place in places)
