"""Revoking: by the subscriber, or by the authority for what was declined or never recorded."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, connection
from django.db.models import Model

from chopmark.authority.applications.holders import is_of
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.audit.rows import promise
from chopmark.authority.audit.services import Line, act, leave, leave_many
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.errors import CertificateUnknown
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.revocation.errors import AlreadyRevoked, NotTheSubscriber, SerialUnknown
from chopmark.authority.revocation.events import CertificateRevoked
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.revocation.policy import require_permitted
from chopmark.pki.crl import CRLReason


@act(AuditTag.CERTIFICATE_REVOKED_BY_SUBSCRIBER)
def revoke_by_subscriber(
    *, issuer_id: int, serial_number: bytes, reason: CRLReason, actor: Actor, now: datetime
) -> Revocation:
    """Revoke a certificate because its own subscriber asks (CPS 4.9.2)."""
    # 1. Hold the serial number, so that two requests cannot both succeed.
    hold(issuer_id, serial_number)
    try:
        certificate = issuance.certificate(issuer_id, serial_number)
    except CertificateUnknown:
        raise SerialUnknown from None

    # 2. The asker is the subscriber, and may give this reason.
    application = by_reference(certificate.application_reference)
    if not is_of(application, actor.participant_id):
        raise NotTheSubscriber
    require_permitted(
        reason, catalogue.certificate_type(certificate.type_code, certificate.not_before).subscriber_reasons
    )

    # 3. Revoke, leave the leaf, and hand the news to publication.
    return revoke(issuer_id, serial_number, reason, actor, now)


@act(AuditTag.CERTIFICATE_REVOKED_BY_AUTHORITY)
def revoke_declined(*, issuer_id: int, serial_number: bytes, actor: Actor, now: datetime) -> None:
    """Revoke a certificate that its subscriber rejected or never answered (CPS 4.4)."""
    hold(issuer_id, serial_number)
    revoke(issuer_id, serial_number, CRLReason.CESSATION_OF_OPERATION, actor, now)


@act(AuditTag.CERTIFICATE_REVOKED_BY_AUTHORITY)
def revoke_spent(*, issuer_id: int, serial_number: bytes, actor: Actor, now: datetime) -> None:
    """Revoke a serial number whose claim was spent by a crash: a signature may exist that we do not hold."""
    hold(issuer_id, serial_number)
    revoke(issuer_id, serial_number, CRLReason.UNSPECIFIED, actor, now)


@act(AuditTag.CERTIFICATE_REVOKED_BY_AUTHORITY)
def revoke_spent_chunk(
    *, issuer_id: int, serial_numbers: Sequence[bytes], actor: Actor, now: datetime
) -> None:
    """The same for all serial numbers of a chunk that a crash has spent; those that are revoked already stay as they are.

    No news is handed on: no certificate of them was recorded, so no list need come before its time.
    """
    revoked_at, reason = now.replace(microsecond=0), CRLReason.UNSPECIFIED
    for serial_number in sorted(
        serial_numbers, key=lambda octets: octets[-8:]
    ):  # locks in one order for everybody
        hold(issuer_id, serial_number)
    known = Revocation.objects.filter(issuer_id=issuer_id, serial_number__in=serial_numbers)
    already = {bytes(octets) for octets in known.values_list("serial_number", flat=True)}
    added = [
        Revocation(issuer_id=issuer_id, serial_number=octets, reason=int(reason), revoked_at=revoked_at)
        for octets in serial_numbers
        if octets not in already
    ]
    Revocation.objects.bulk_create(added)
    leave_many(
        lines=[
            Line(
                {
                    "issuer": issuer_id,
                    "serial_number": row.serial_number.hex(),
                    "reason": reason.name.lower(),
                },
                {"actor": actor.id, "rows": [promise(row)]},
            )
            for row in added
        ],
        now=now,
    )


def hold(issuer_id: int, serial_number: bytes) -> None:
    """Hold (issuer, serial number) until the transaction ends. Certificates are never row-locked.

    The lock's key is the serial number's last 8 octets: two serials may share it and then only wait for each other.
    """
    key = int.from_bytes(serial_number[-8:], "big", signed=True) ^ issuer_id
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [key])


def revoke(
    issuer_id: int,
    serial_number: bytes,
    reason: CRLReason,
    actor: Actor,
    now: datetime,
    *,
    also: Sequence[Model] = (),
) -> Revocation:
    """The row, its leaf and the news, for a verb that has asked whether it may be; `also` are rows that the leaf promises too."""
    # Sound because the caller holds the lock; the unique constraint stands behind it.
    if Revocation.objects.filter(issuer_id=issuer_id, serial_number=serial_number).exists():
        raise AlreadyRevoked
    try:
        revocation = Revocation.objects.create(
            issuer_id=issuer_id,
            serial_number=serial_number,
            reason=int(reason),
            revoked_at=now.replace(microsecond=0),
        )
    except IntegrityError:  # a campaign was at it, which takes no locks (`mass`)
        raise AlreadyRevoked from None
    leave(
        public={"issuer": issuer_id, "serial_number": serial_number.hex(), "reason": reason.name.lower()},
        payload={"actor": actor.id},
        now=now,
        outlet=actor.outlet,
        rows=[revocation, *also],
    )
    hand_on(CertificateRevoked(issuer_id, serial_number.hex(), int(reason)))
    return revocation
