"""Reading intents, claims and certificates."""

from collections.abc import Collection, Iterable
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from chopmark.authority.issuance.errors import CertificateUnknown
from chopmark.authority.issuance.models import (
    Certificate,
    Claim,
    IntendedCertificate,
    Kind,
    Numbered,
    RefusedIntent,
    SpentClaim,
)
from chopmark.authority.kernel.identifiers import CertificateId


def certificate(issuer_id: int, serial_number: bytes) -> Certificate:
    """The certificate recorded under a serial number, or `CertificateUnknown`."""
    found = recorded(issuer_id, serial_number)
    if found is None:
        raise CertificateUnknown
    return found


def recorded(issuer_id: int, serial_number: bytes) -> Certificate | None:
    rows = Certificate.objects.filter(issuer_id=issuer_id, serial_number=serial_number, kind=Kind.CERTIFICATE)
    return rows.first()


def recorded_among(certificates: Collection[CertificateId]) -> list[Certificate]:
    """Those of some hundreds that are recorded."""
    serials = [one.serial_number for one in certificates]
    rows = Certificate.objects.filter(serial_number__in=serials, kind=Kind.CERTIFICATE)
    return [row for row in rows if CertificateId(row.issuer_id, bytes(row.serial_number)) in certificates]


def certificate_of(reference: str) -> Certificate | None:
    """The certificate that an application led to, if it has come to that."""
    return (
        Certificate.objects.filter(application_reference=reference, kind=Kind.CERTIFICATE)
        .order_by("-id")
        .first()
    )


def between(first: str, last: str) -> list[Certificate]:
    """The certificates of applications from one reference to another, both included, in their order."""
    rows = Certificate.objects.filter(application_reference__range=(first, last), kind=Kind.CERTIFICATE)
    return list(rows.order_by("application_reference"))


def by_serial(serial_number: bytes) -> list[Certificate]:
    """Every certificate of that serial number, whoever issued it: what a relying party can ask for."""
    return list(Certificate.objects.filter(serial_number=serial_number, kind=Kind.CERTIFICATE))


def has_live_intent(reference: str) -> bool:
    """Whether something intended for the application was neither spent by a crash nor refused by the signer."""
    intents = IntendedCertificate.objects.filter(application_reference=reference)
    spent, refused = Exists(same_number(SpentClaim)), Exists(same_number(RefusedIntent))
    return intents.exclude(spent).exclude(refused).exists()


def waiting_for_signer(limit: int) -> Iterable[IntendedCertificate]:
    intents = IntendedCertificate.objects.exclude(Exists(same_number(Claim))).exclude(
        Exists(same_number(RefusedIntent))
    )
    return list(intents.order_by("id")[:limit])


def claimers_at_work() -> set[int]:
    """Signers with claims that have neither a certificate nor a verdict: they are at work on them, or died there."""
    return set(_unfinished().values_list("claimer", flat=True))


def unfinished_claims(claimer: int) -> list[Claim]:
    """What a signer claimed and neither recorded nor lost; the first five hundred."""
    return list(_unfinished().filter(claimer=claimer).order_by("id")[:500])


def _unfinished() -> QuerySet[Claim]:
    return Claim.objects.exclude(Exists(same_number(Certificate))).exclude(Exists(same_number(SpentClaim)))


def intent_of(claim: Numbered) -> IntendedCertificate:
    return IntendedCertificate.objects.get(
        issuer_id=claim.issuer_id, serial_number=claim.serial_number, kind=claim.kind
    )


def same_number(model: type[Numbered]) -> QuerySet[Any]:
    """Rows of another table about the same signature."""
    return QuerySet(model).filter(
        issuer_id=OuterRef("issuer_id"), serial_number=OuterRef("serial_number"), kind=OuterRef("kind")
    )
