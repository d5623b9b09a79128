"""Putting lists where the world reads them: only what the log has, and never an older one over a newer."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.containing import each
from chopmark.authority.publication import files, selectors
from chopmark.authority.publication.lists import RevocationList, all_lists, list_of
from chopmark.authority.publication.models import Crl, CrlPublication
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
