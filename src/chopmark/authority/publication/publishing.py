"""Putting files where the world reads them: only what the log has, and never an older list over a newer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.models import CaCertificate
from chopmark.authority.delivery.selectors import is_accepted
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.containing import each
from chopmark.authority.kernel.outbox import NotYet
from chopmark.authority.publication import files, selectors
from chopmark.authority.publication.errors import CertificateNotAccepted
from chopmark.authority.publication.lists import RevocationList, all_lists, list_of
from chopmark.authority.publication.models import CertificatePublication, Crl, CrlPublication
from chopmark.authority.revocation.services import hold
from chopmark.authority.transparency.selectors import is_under_checkpoint


def publish_signed(*, actor: Actor, now: datetime) -> int:
    """Publish every newest list that is signed, logged and not public yet; answers how many."""
    publish = partial(publish_crl, actor=actor, now=now)
    return sum(each(all_lists(), lambda one: publish(issuer_id=one.authority.id, shard=one.shard)))


def publish_crl(*, issuer_id: int, shard: int, actor: Actor, now: datetime) -> bool:
    """Publish the newest signed list, if its leaf is under a checkpoint and it is not public yet; whether it did."""
    newest = selectors.latest(issuer_id, shard)
    if newest is None or newest.number <= selectors.last_number(CrlPublication, issuer_id, shard):
        return False
    if not is_under_checkpoint(newest.leaf_id):
        return False
    wanted = list_of(issuer_id, shard)
    if files.number_of(wanted) > newest.number:
        return False  # the database was restored from before the list that is public; the next one is numbered above it
    _publish(crl=newest, wanted=wanted, actor=actor, now=now)
    return True


@contextmanager
def held(issuer_id: int, shard: int) -> Iterator[None]:
    """Be the only one who writes the file of a list."""
    with transaction.atomic():
        _hold(issuer_id, shard)
        yield


def _hold(issuer_id: int, shard: int) -> None:
    # One publisher of a list at a time, until the commit: an older list never lands on a newer.
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('crl file'), %s)", [issuer_id * 1000 + shard])


@act(AuditTag.CRL_PUBLISHED)
def _publish(*, crl: Crl, wanted: RevocationList, actor: Actor, now: datetime) -> None:
    _hold(crl.issuer_id, crl.shard)
    known = CrlPublication.objects.filter(issuer_id=crl.issuer_id, shard=crl.shard, number=crl.number).first()
    publication = known or CrlPublication(
        issuer_id=crl.issuer_id,
        shard=crl.shard,
        number=crl.number,
        sha256=bytes(crl.sha256),
        published_at=now,
    )
    leaf_id = leave(
        public={
            "issuer": crl.issuer_id,
            "shard": crl.shard,
            "number": crl.number,
            "sha256": bytes(crl.sha256).hex(),
        },
        payload={"actor": actor.id, "file": wanted.file_name},
        now=now,
        rows=[publication],
    )
    if known is not None:
        return
    publication.leaf_id = leaf_id
    publication.save(force_insert=True)
    if crl.number == selectors.last_number(CrlPublication, crl.issuer_id, crl.shard):
        # A crash between the file and the commit leaves the list public without its row: the next run writes the same
        # bytes again and then the row.
        files.put(f"crl/{wanted.file_name}", selectors.octets_of(crl))


def publish_authorities(*, actor: Actor, now: datetime) -> int:
    """Publish the newest certificate of each of our authorities (RFC 5280 §4.2.2.1); answers how many were new."""
    published = CertificatePublication.objects.values_list("issuer_id", "serial_number")
    known = {(issuer_id, bytes(serial_number)) for issuer_id, serial_number in published}
    rows = CaCertificate.objects.order_by("id")
    new = [row for row in rows if (row.issuer_id, bytes(row.serial_number)) not in known]
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
    """Put an accepted certificate into the repository (CPS 2.1, C56), again the same; `NotYet` before the log has it."""
    if not is_accepted(issuer_id, serial_number):
        raise CertificateNotAccepted
    certificate = issuance.certificate(issuer_id, serial_number)
    if not is_under_checkpoint(certificate.leaf_id):
        raise NotYet
    _record(issuer_id, serial_number, actor, now)
    files.put(repository_name(serial_number), bytes(certificate.certificate_der))


def repository_name(serial_number: bytes) -> str:
    return f"repository/{serial_number.hex().upper()}.crt"


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
