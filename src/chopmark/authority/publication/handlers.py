"""What publication does when it hears of something."""

from collections.abc import Sequence
from datetime import UTC, datetime

from chopmark.authority.delivery.events import CertificateAccepted, ChunkAccepted
from chopmark.authority.kernel.actors import process
from chopmark.authority.kernel.outbox import NotYet
from chopmark.authority.publication import publishing, repository, selectors, services
from chopmark.authority.publication.events import CrlPublicationAsked, CrlSigned
from chopmark.authority.publication.models import CrlPublication
from chopmark.authority.revocation.events import (
    CertificateReleased,
    CertificateRevoked,
    CertificateSuspended,
    ManyRevoked,
)
from chopmark.pki.crl import CRLReason


def publish_spans(events: Sequence[ChunkAccepted], now: datetime) -> None:
    for event in events:
        repository.publish_span(event.first, event.last, actor=process("worker"), now=now)


def bring_crl_forward(events: Sequence[CertificateRevoked], now: datetime) -> None:
    """A revocation does not wait for the next slot (CPS 4.9.8)."""
    for event in events:
        services.bring_forward(
            issuer_id=event.issuer_id,
            serial_numbers=[bytes.fromhex(event.serial_number)],
            reason=CRLReason(event.reason),
            at=_moment(event),
            actor=process("worker"),
            now=now,
        )


def bring_lists_forward(events: Sequence[ManyRevoked], now: datetime) -> None:
    """The same for many at once, a list at a time."""
    for event in events:
        services.bring_forward(
            issuer_id=event.issuer_id,
            serial_numbers=[bytes.fromhex(one) for one in sorted(event.serial_numbers.split(","))],
            reason=CRLReason(event.reason),
            actor=process("worker"),
            now=now,
        )


def list_suspended(events: Sequence[CertificateSuspended], now: datetime) -> None:
    for event in events:
        services.bring_forward(
            issuer_id=event.issuer_id,
            serial_numbers=[bytes.fromhex(event.serial_number)],
            reason=CRLReason.CERTIFICATE_HOLD,
            at=_moment(event),
            actor=process("worker"),
            now=now,
        )


def unlist_released(events: Sequence[CertificateReleased], now: datetime) -> None:
    for event in events:
        services.bring_forward(
            issuer_id=event.issuer_id,
            serial_numbers=[bytes.fromhex(event.serial_number)],
            reason=None,
            at=_moment(event),
            actor=process("worker"),
            now=now,
        )


def _moment(event: CertificateReleased | CertificateRevoked | CertificateSuspended) -> datetime | None:
    return None if event.at is None else datetime.fromtimestamp(event.at, UTC)


def prepare_asked(events: Sequence[CrlPublicationAsked], now: datetime) -> None:
    for event in events:
        services.prepare_all(issuer_id=event.issuer_id, actor=process("worker"), now=now)


def publish_crls(events: Sequence[CrlSigned], now: datetime) -> None:
    """Publish each list, or a newer one; until the log has it, the event is put back."""
    waiting = False
    for event in events:
        publishing.publish_crl(issuer_id=event.issuer_id, shard=event.shard, actor=process("worker"), now=now)
        waiting |= selectors.last_number(CrlPublication, event.issuer_id, event.shard) < event.number
    if waiting:
        raise NotYet


def publish_certificates(events: Sequence[CertificateAccepted], now: datetime) -> None:
    for event in events:
        repository.publish_certificate(
            issuer_id=event.issuer_id,
            serial_number=bytes.fromhex(event.serial_number),
            actor=process("worker"),
            now=now,
        )
