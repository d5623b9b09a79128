"""Rows that a status depends on, straight into their tables."""

from datetime import timedelta

from authority.signing_stage import NOON
from chopmark.authority.issuance.models import Certificate, Kind
from chopmark.authority.revocation.models import Release, Revocation, Suspension
from chopmark.pki.ocsp import CertStatus

SERIALS = [bytes([0x40]) + number.to_bytes(15, "big") for number in range(50)]
ASHA, BALA, CHAN = SERIALS[:3]


def certificate(serial, kind=Kind.CERTIFICATE, number=0):
    return Certificate(
        issuer_id=1,
        serial_number=serial,
        kind=kind,
        certificate_der=b"",
        fingerprint_sha256=serial + bytes([number]) * 16,
        application_reference="AP261100001",
        type_code="personal",
        subject="CN=CHAN Tai Man",
        not_before=NOON,
        not_after=NOON,
        leaf_id=1,
        recorded_at=NOON,
    )


def record(*serials):
    Certificate.objects.bulk_create(map(certificate, serials))


def revoke(serial, reason=1):
    Revocation.objects.create(issuer_id=1, serial_number=serial, reason=reason, revoked_at=NOON)


def suspend(serial, at=NOON):
    Suspension.objects.create(issuer_id=1, serial_number=serial, suspended_at=at)


def release(serial, of=NOON):
    Release.objects.create(
        issuer_id=1, serial_number=serial, suspended_at=of, released_at=of + timedelta(days=1)
    )


def is_revoked(store, serial):
    return store.status_of(1, serial).status is CertStatus.REVOKED
