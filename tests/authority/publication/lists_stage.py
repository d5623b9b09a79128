"""Preparing, publishing and counting lists."""

from datetime import timedelta

from cryptography import x509

from authority.signing_stage import (
    NOON,
)
from chopmark.authority.kernel.actors import process
from chopmark.authority.publication import publishing, selectors, services
from chopmark.authority.publication.lists import all_lists, list_of
from chopmark.authority.publication.models import Crl, CrlClaim, CrlIntent

A_DAY = timedelta(hours=24)
WORKER = process("worker")
SERIAL = bytes.fromhex("40" + "11" * 15)
OTHER = bytes.fromhex("41" + "22" * 15)


def prepare(issuing, shard=0, now=NOON):
    return services.prepare_crl(issuer_id=issuing.id, shard=shard, actor=WORKER, now=now)


def publish(issuing, shard=0, now=NOON):
    return publishing.publish_crl(issuer_id=issuing.id, shard=shard, actor=WORKER, now=now)


def first_lists():
    """Every list but the deltas, which wait until what they are to is public."""
    return [one for one in all_lists() if not one.is_delta]


def published(public, name="identity-1-full.crl"):
    return x509.load_der_x509_crl((public / "crl" / name).read_bytes())


def numbers():
    return [(row.issuer_id, row.shard, row.number) for row in Crl.objects.order_by("id")]


def require_oracle():
    """Every key use is a list or a spent claim, and no number was used twice."""
    claims = [(row.issuer_id, row.shard, row.number) for row in CrlClaim.objects.all()]
    assert len(set(claims)) == len(claims)
    assert set(numbers()) <= set(claims)
    assert selectors.key_uses() == len(claims)


def forge(issuing, *, number, this_update=NOON, valid_for=A_DAY):
    """Whoever took the worker writes a well-made list with a number and moments of his own."""
    mine = list_of(issuing.id, 0)
    intent = CrlIntent(
        issuer_id=issuing.id,
        shard=0,
        number=number,
        this_update=this_update,
        next_update=this_update + valid_for,
        intended_at=NOON,
    )
    intent.tbs_cert_list = services._build(mine, intent)
    intent.save()
