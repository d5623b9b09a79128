"""Putting certificates where the world finds them: only what the log has, and of subscribers what they accepted (CPS 2.1)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from chopmark.authority.audit.rows import promiser
from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.models import CaCertificate
from chopmark.authority.delivery.selectors import accepted_between, is_accepted
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.containing import each
from chopmark.authority.kernel.copying import copy_rows
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.kernel.outbox import NotYet
from chopmark.authority.publication import files
from chopmark.authority.publication.errors import CertificateNotAccepted
from chopmark.authority.publication.models import CertificatePublication
from chopmark.authority.revocation.selectors import revoked_among
from chopmark.authority.revocation.services import hold
from chopmark.authority.transparency.selectors import are_under_checkpoint, is_under_checkpoint

_PUBLISHED = CertificatePublication._meta.db_table  # noqa: SLF001  # Django's documented way to a model's table
_COLUMNS = {"issuer_id": "int2", "serial_number": "bytea", "published_at": "timestamptz"}


def publish_authorities(*, actor: Actor, now: datetime) -> int:
    """Publish the newest certificate of each of our authorities (RFC 5280 §4.2.2.1); answers how many were new."""
    rows = CaCertificate.objects.order_by("id")
    new = [row for row in rows if not is_published(row.issuer_id, bytes(row.serial_number))]
    ready = [row for row in new if is_under_checkpoint(row.leaf_id)]
    publish = partial(publish_authority, actor=actor, now=now)
    return len(each(ready, lambda row: publish(certificate=row)))


@act(AuditTag.CERTIFICATE_PUBLISHED)
def publish_authority(*, certificate: CaCertificate, actor: Actor, now: datetime) -> None:
    """Put an authority's certificate at the address that its subordinates print."""
    slug = custody.authority(certificate.subject_id).slug
    _record(certificate.issuer_id, bytes(certificate.serial_number), actor, now)
    files.put(f"ca/{slug}.crt", bytes(certificate.certificate_der))


@act(AuditTag.CERTIFICATE_PUBLISHED)
def publish_certificate(*, issuer_id: int, serial_number: bytes, actor: Actor, now: datetime) -> None:
    """Put an accepted certificate into the repository (C56), again the same; `NotYet` before the log has it."""
    if not is_accepted(issuer_id, serial_number):
        raise CertificateNotAccepted
    certificate = issuance.certificate(issuer_id, serial_number)
    if not is_under_checkpoint(certificate.leaf_id):
        raise NotYet
    _record(issuer_id, serial_number, actor, now)
    files.put(repository_name(serial_number), bytes(certificate.certificate_der))


def publish_span(first: str, last: str, *, actor: Actor, now: datetime) -> None:
    """The same for what is in force of a campaign's lines, by their references, both included; again it finds that done."""
    certificates = {_named(one): one for one in issuance.between(first, last)}
    wanted = certificates.keys() - revoked_among(certificates)
    if not are_under_checkpoint([certificates[one].leaf_id for one in wanted]):
        raise NotYet
    if new := sorted(wanted - _published_among(wanted)):
        publish_chunk(certificates=[certificates[one] for one in new], actor=actor, now=now)


@act(AuditTag.CHUNK_PUBLISHED)
def publish_chunk(*, certificates: Sequence[Certificate], actor: Actor, now: datetime) -> None:
    """Put some of a chunk's certificates into the repository in one act: a row for each, and one leaf that promises all."""
    references = [one.application_reference for one in certificates]
    if not accepted_between(min(references), max(references)).issuperset(map(_named, certificates)):
        raise CertificateNotAccepted
    # Of two workers the second waits here, and finds them recorded.
    hold(*_named(certificates[0]))
    known = _published_among(map(_named, certificates))
    rows = [(*_named(one), now) for one in certificates if _named(one) not in known]
    promise = promiser(_PUBLISHED, tuple(_COLUMNS))
    payload = {"actor": actor.id, "rows": sorted(map(promise, rows))}
    leaf_id = leave(public={"count": len(rows)}, payload=payload, now=now)
    copy_rows(_PUBLISHED, {**_COLUMNS, "leaf_id": "int8"}, ((*row, leaf_id) for row in rows))
    # A crash between the files and the commit leaves them public without rows: the next run writes the same again.
    files.put_all(
        {repository_name(bytes(one.serial_number)): bytes(one.certificate_der) for one in certificates}
    )


def _record(issuer_id: int, serial_number: bytes, actor: Actor, now: datetime) -> None:
    # Of two workers the second waits here, and finds it recorded.
    hold(issuer_id, serial_number)
    known = CertificatePublication.objects.filter(issuer_id=issuer_id, serial_number=serial_number).first()
    publication = known or CertificatePublication(
        issuer_id=issuer_id, serial_number=serial_number, published_at=now
    )
    leaf_id = leave(
        public={"issuer": issuer_id, "serial_number": serial_number.hex()},
        payload={"actor": actor.id},
        now=now,
        rows=[publication],
    )
    if known is None:
        publication.leaf_id = leaf_id
        publication.save(force_insert=True)


def _named(certificate: Certificate) -> CertificateId:
    return CertificateId(certificate.issuer_id, bytes(certificate.serial_number))


def _published_among(certificates: Iterable[CertificateId]) -> set[CertificateId]:
    """Those of one issuer, as a chunk's are: whatever else has such a serial number falls out where it is looked for."""
    serials = [one.serial_number for one in certificates]
    rows = CertificatePublication.objects.filter(serial_number__in=serials)
    return {
        CertificateId(issuer_id, bytes(serial))
        for issuer_id, serial in rows.values_list("issuer_id", "serial_number")
    }


def is_published(issuer_id: int, serial_number: bytes) -> bool:
    return CertificatePublication.objects.filter(issuer_id=issuer_id, serial_number=serial_number).exists()


def repository_name(serial_number: bytes) -> str:
    return f"repository/{serial_number.hex().upper()}.crt"
