"""What a leaf commits to, and what is left when that is shredded."""

import hashlib
import json

import pytest
from django.db import DatabaseError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chopmark.authority.audit import AuditTag
from chopmark.authority.audit.models import Leaf, Payload
from chopmark.authority.audit.services import Line, leave, leave_many, shred
from chopmark.config.audit.authority import LOG
from chopmark.config.audit.log import check_leaves, check_payloads
from chopmark.pki.tlog.leaf import canonical_payload, commitment, decode_leaf
from world import NOON, WORKER, at, last_payload

pytestmark = pytest.mark.django_db
TAG = AuditTag.APPLICATION_BEGUN


def left(payload, **more):
    return Leaf.objects.get(pk=leave(tag=TAG, payload=payload, now=NOON, **more))


def test_it_works():
    leaf = left({"application": "AP261100001"})

    row = Payload.objects.get(leaf_id=leaf.pk)
    promised = decode_leaf(bytes(leaf.entry)).commitment
    assert promised == commitment(bytes(row.salt), canonical_payload(row.payload))
    assert bytes(leaf.leaf_hash) == hashlib.sha256(b"\x00" + bytes(leaf.entry)).digest()
    assert len(row.salt) == 32


def test_the_same_said_twice_looks_different():
    one, other = left({"a": 1}), left({"a": 1})

    assert bytes(one.entry) != bytes(other.entry)


def test_another_payload_does_not_pass_for_it():
    leaf = left({"officer": "20417"})
    Payload.objects.filter(leaf_id=leaf.pk).update(payload={"officer": "20588"})

    assert [str(fault) for fault in check_leaves(LOG)] == [
        f"leaf: {leaf.pk}: its payload is not what it commits to"
    ]


words = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=20)
facts = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | words,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(words, facts, max_size=4))
def test_whatever_is_said_the_database_gives_back_what_was_promised(db, payload):
    """jsonb sorts and respells; the commitment is over one writing that survives that."""
    leaf = left(payload)

    assert not list(check_leaves(LOG))
    row = Payload.objects.get(leaf_id=leaf.pk)
    assert canonical_payload(row.payload) == canonical_payload(payload)


def test_shredding_leaves_the_leaf_and_nothing_of_what_it_was_about():
    leaf = left({"application": "AP261100001"})
    with at("worker"):
        shred(leaf_id=leaf.pk, actor=WORKER, now=NOON)

    assert not Payload.objects.filter(leaf_id=leaf.pk).exists()
    assert bytes(Leaf.objects.get(pk=leaf.pk).entry) == bytes(leaf.entry)
    assert last_payload() == {"actor": WORKER.id, "shredded": leaf.pk}
    assert not [*check_leaves(LOG), *check_payloads(LOG)]


def test_what_was_destroyed_without_a_word_is_missed():
    leaf = left({"application": "AP261100001"})
    Payload.objects.all().delete()
    (fault,) = check_payloads(LOG)
    assert fault.about == str(leaf.pk)


@pytest.mark.parametrize("process", ["web", "signer", "responder"])
def test_nobody_else_shreds(process):
    leaf = left({})
    with pytest.raises(DatabaseError), transaction.atomic(), at(process):
        shred(leaf_id=leaf.pk, actor=WORKER, now=NOON)
    assert Payload.objects.exists()


@pytest.mark.parametrize("process", ["web", "worker", "signer", "responder"])
def test_every_process_leaves_leaves_and_changes_none(process):
    with at(process):
        leaf = left({})
    with pytest.raises(DatabaseError), transaction.atomic(), at(process):
        Leaf.objects.filter(pk=leaf.pk).update(entry=b"")


def test_the_auditor_reads_and_leaves_nothing():
    leaf = left({})
    with at("auditor"):
        assert Leaf.objects.get() == leaf
    with pytest.raises(DatabaseError), transaction.atomic(), at("auditor"):
        left({})


def test_public_facts_are_words_and_numbers():
    leaf = left({}, public={"issuer": 1, "serial_number": "40ab"})

    assert json.loads(bytes(leaf.entry))["public"] == {"issuer": 1, "serial_number": "40ab"}


def test_many_are_left_as_one_is():
    said = [{"application": f"CP000100000000{n}", "名": "é"} for n in range(3)]
    with at("signer"):
        ids = leave_many(tag=TAG, lines=[Line({"issuer": 7}, one) for one in said], now=NOON)

    assert ids == sorted(ids)
    for leaf_id, payload in zip(ids, said, strict=True):
        leaf, row = Leaf.objects.get(pk=leaf_id), Payload.objects.get(leaf_id=leaf_id)
        assert row.payload == payload
        read = decode_leaf(bytes(leaf.entry))
        assert (read.tag, read.public) == (str(TAG), {"issuer": 7})
        assert read.commitment == commitment(bytes(row.salt), canonical_payload(payload))
    assert len({bytes(row.salt) for row in Payload.objects.filter(leaf_id__in=ids)}) == 3
    assert not [*check_leaves(LOG), *check_payloads(LOG)]
