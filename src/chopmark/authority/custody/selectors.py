"""What others may know of our issuers and keys: names, public keys and certificates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from chopmark.authority.custody.errors import IssuerUnknown, KeyNotInToken
from chopmark.authority.custody.models import CaCertificate, CaIntent, Issuer, KeyPurpose, KeyRecord
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.keyids import key_identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuingAuthority:
    """One of our issuers, with the certificate that it signs under now."""

    id: int
    slug: str
    name_der: bytes
    key_label: str
    signature_algorithm: SignatureAlgorithm
    spki: bytes
    certificate_der: bytes
    not_before: datetime
    not_after: datetime
    is_root: bool
    parent_id: int | None

    @property
    def key_identifier(self) -> bytes:
        return key_identifier(self.spki)


def authorities() -> tuple[IssuingAuthority, ...]:
    """Every issuer that has its certificate, roots first in the order they were made."""
    return tuple(_facts(Issuer.objects.order_by("id")))


def authority(issuer_id: int) -> IssuingAuthority:
    return _required(Issuer.objects.filter(id=issuer_id), str(issuer_id))


def authority_by_slug(slug: str) -> IssuingAuthority:
    return _required(Issuer.objects.filter(slug=slug), slug)


def _required(rows: QuerySet[Issuer], name: str) -> IssuingAuthority:
    facts = next(_facts(rows), None)
    if facts is None:
        raise IssuerUnknown(issuer=name)
    return facts


def _facts(rows: QuerySet[Issuer]) -> Iterator[IssuingAuthority]:
    """Those of them that have a certificate."""
    issuers = list(rows)
    certificates = CaCertificate.objects.filter(subject_id__in=[row.id for row in issuers])
    newest = {one.subject_id: one for one in certificates.order_by("id")}
    records = KeyRecord.objects.filter(label__in=[row.key_label for row in issuers])
    keys = {one.label: one for one in records}
    for row in issuers:
        if (certificate := newest.get(row.id)) is not None:
            yield _authority(row, certificate, keys[row.key_label])


def _authority(row: Issuer, certificate: CaCertificate, key: KeyRecord) -> IssuingAuthority:
    return IssuingAuthority(
        id=row.id,
        slug=row.slug,
        name_der=bytes(row.name_der),
        key_label=row.key_label,
        signature_algorithm=SignatureAlgorithm(key.signature_algorithm),
        spki=bytes(key.spki),
        certificate_der=bytes(certificate.certificate_der),
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        is_root=row.is_root,
        parent_id=row.parent_id,
    )


def chain(issuer_id: int) -> Sequence[bytes]:
    """The certificates from an issuer up to its root, as a relying party needs them (RFC 5280 §6.1)."""
    link = authority(issuer_id)
    certificates = [link.certificate_der]
    while link.parent_id is not None:
        link = authority(link.parent_id)
        certificates.append(link.certificate_der)
    return certificates


def was_recorded(certificate: CertificateId, *, at: datetime) -> bool:
    """Whether an authority certificate of this serial was recorded by a moment."""
    return CaCertificate.objects.filter(
        issuer_id=certificate.issuer_id, serial_number=certificate.serial_number, recorded_at__lte=at
    ).exists()


def spent_intents(*, before: datetime) -> tuple[CertificateId, ...]:
    """Authority certificates that may have been signed and were never recorded: their serials are to be revoked."""
    recorded = set(CaCertificate.objects.values_list("issuer_id", "serial_number"))
    asked = CaIntent.objects.filter(intended_at__lt=before).values_list("issuer_id", "serial_number")
    return tuple(CertificateId(i, bytes(s)) for i, s in asked if (i, s) not in recorded)


def public_key(purpose: KeyPurpose) -> tuple[str, bytes]:
    """Label and SubjectPublicKeyInfo of the newest key for a purpose, to seal to or to verify with."""
    row = KeyRecord.objects.filter(purpose=purpose).order_by("-id").first()
    if row is None:
        raise KeyNotInToken(purpose=purpose)
    return row.label, bytes(row.spki)


def key_uses() -> int:
    """How often CA keys were used for authority certificates, counting what was spent without a record (C34)."""
    return CaIntent.objects.count()
