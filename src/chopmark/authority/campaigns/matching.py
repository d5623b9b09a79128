"""Which certificates a campaign is about: whatever was asked for, of those that are recorded."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet, Subquery

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.population import reference_of
from chopmark.authority.campaigns import selectors
from chopmark.authority.catalogue.shapes import CURVES, ML_DSA, RSA_BITS
from chopmark.authority.catalogue.words import KIND_OF, KeyAlgorithm
from chopmark.authority.custody import selectors as custody
from chopmark.authority.issuance.models import Certificate, Kind
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.revocation.models import Revocation
from chopmark.pki.certificates import read_certificate
from chopmark.pki.keys import PublicKeyFacts, read_public_key

AT_ONCE = 2000
_LAST_CHUNK, _LAST_PLACE = 99_999, 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """What was asked for; all of it must hold, and what is None is not asked."""

    type_code: str | None = None
    issuer: str | None = None
    key: KeyAlgorithm | None = None
    issued_after: datetime | None = None  # notBefore, as it stands in the certificate
    issued_before: datetime | None = None
    campaign: str | None = None
    serial_numbers: frozenset[bytes] | None = None
    keys: frozenset[bytes] | None = None  # SHA-256 of the SubjectPublicKeyInfo

    @property
    def is_of_everything(self) -> bool:
        return not self.as_terms()

    def as_terms(self) -> dict[str, Any]:
        """As operators read it. How many numbers or keys a file had says enough: the plan fixes every certificate."""
        said = {
            "type": self.type_code,
            "issuer": self.issuer,
            "key": self.key and self.key.value,
            "issued_after": self.issued_after and self.issued_after.isoformat(),
            "issued_before": self.issued_before and self.issued_before.isoformat(),
            "campaign": self.campaign,
            "serial_numbers": None if self.serial_numbers is None else len(self.serial_numbers),
            "keys": None if self.keys is None else len(self.keys),
        }
        return {name: value for name, value in said.items() if value is not None}


class Match(NamedTuple):
    """One certificate, with what a plan counts by."""

    id: CertificateId
    type_code: str
    outlet: str
    record_id: UUID | None
    not_after: datetime
    is_revoked: bool


def matches(wanted: Matching) -> Iterator[Match]:
    """Every recorded certificate that is as asked, by issuer and serial number; some at a time."""
    looks_inside = wanted.key is not None or wanted.keys is not None
    columns = ["issuer_id", "serial_number", "type_code", "outlet", "record_id", "not_after", "is_revoked"]
    for rows in _stretches(wanted):
        found = rows.order_by("issuer_id", "serial_number")
        for (
            issuer_id,
            serial_number,
            type_code,
            outlet,
            record_id,
            not_after,
            is_revoked,
            *der,
        ) in found.values_list(*columns, *(["certificate_der"] if looks_inside else [])).iterator(
            chunk_size=AT_ONCE
        ):
            if all(_is_of(wanted, bytes(one)) for one in der):
                yield Match(
                    CertificateId(issuer_id, bytes(serial_number)),
                    type_code,
                    outlet or "",
                    record_id,
                    not_after,
                    is_revoked,
                )


def _stretches(wanted: Matching) -> Iterator[QuerySet[Certificate, Any]]:
    application = Application.objects.filter(reference=OuterRef("application_reference"))
    rows = Certificate.objects.filter(kind=Kind.CERTIFICATE, **_columns(wanted)).annotate(
        outlet=Subquery(application.values("outlet")[:1]),
        record_id=Subquery(application.values("record_id")[:1]),
        is_revoked=Exists(
            Revocation.objects.filter(
                issuer_id=OuterRef("issuer_id"), serial_number=OuterRef("serial_number")
            )
        ),
    )
    if wanted.serial_numbers is None:
        yield rows
        return
    numbers = sorted(wanted.serial_numbers)
    for at in range(0, len(numbers), AT_ONCE):
        yield rows.filter(serial_number__in=numbers[at : at + AT_ONCE])


def _columns(wanted: Matching) -> Mapping[str, Any]:
    said: dict[str, Any] = {
        "type_code": wanted.type_code,
        "issuer_id": wanted.issuer and custody.authority_by_slug(wanted.issuer).id,
        "not_before__gte": wanted.issued_after,
        "not_before__lt": wanted.issued_before,
    }
    if wanted.campaign:
        of = selectors.by_reference(wanted.campaign).pk
        said["application_reference__gte"] = reference_of(of, 0, 0)
        said["application_reference__lte"] = reference_of(of, _LAST_CHUNK, _LAST_PLACE)
    return {name: value for name, value in said.items() if value is not None}


def _is_of(wanted: Matching, certificate_der: bytes) -> bool:
    """By the key that stands in the certificate, whatever any other table says of it."""
    facts = read_public_key(read_certificate(certificate_der).spki_der)
    return (wanted.key is None or _is_called(facts, wanted.key)) and (
        wanted.keys is None or facts.spki_sha256 in wanted.keys
    )


def _is_called(facts: PublicKeyFacts, algorithm: KeyAlgorithm) -> bool:
    if facts.kind is not KIND_OF[algorithm]:
        return False
    if algorithm in RSA_BITS:
        return facts.bits == RSA_BITS[algorithm]
    return facts.parameter == {**CURVES, **ML_DSA}.get(algorithm, facts.parameter)
