"""The owner's one signature over what many records say, for certificates of a whole population."""

from dataclasses import replace
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from owners_stage import DEVI, FARAH, grant, officers_are_in
from people import ASHA, ERRAND, LATER, WORKER, asha_applies

from chopmark.strongroom.client import (
    ReceiptForged,
    RollLine,
    RollReceipt,
    read_receipt,
    roll_digest,
)
from chopmark.strongroom.errors import RequestMalformed
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import LeafPayload, Opening
from chopmark.strongroom.policy.errors import GrantNotSigned, GrantUsedUp
from chopmark.strongroom.services import bulk
from chopmark.strongroom.services.bulk import ROLL_FIELDS, Batch

PURPOSE = "population_issue"


@pytest.fixture
def owners(strongroom):
    officers_are_in()


def records(count):
    return tuple(
        asha_applies(errand=replace(ERRAND, reference=f"AP2611{number:05d}")).record_id
        for number in range(count)
    )


def open_roll(grant_id, record_ids, *, fields=ROLL_FIELDS, type_code="smart-id"):
    batch = Batch(
        grant_id=grant_id,
        purpose=PURPOSE,
        fields=frozenset(fields),
        caller="authority",
        records=tuple(record_ids),
    )
    return bulk.open_roll(batch=batch, type_code=type_code, keys=keyring(), actor=WORKER, now=LATER)


def read(text, key=None):
    return read_receipt(text, key=key or keyring().receipt_key.public_key().public_bytes_raw())


def test_it_works(owners):
    people = records(3)
    grant_id = grant(DEVI, FARAH, purpose=PURPOSE)
    called, text = open_roll(grant_id, people)

    lines = [RollLine(record, ASHA.name, ASHA.email or "", "adult") for record in people]
    assert [one.line for one in called] == lines
    assert read(text) == RollReceipt(
        grant=grant_id,
        purpose=PURPOSE,
        type="smart-id",
        count=3,
        sha256=roll_digest(lines),
        at=int(LATER.timestamp()),
    )
    for opening in Opening.objects.all():
        assert LeafPayload.objects.get(leaf_id=opening.leaf_id).payload["fields"] == ["email", "name"]


def test_what_stays_shut_is_not_on_the_roll(owners):
    (known,) = records(1)
    called, text = open_roll(grant(DEVI, FARAH, purpose=PURPOSE), [uuid4(), known])
    assert [one.refused for one in called] == ["record_unknown", ""]
    assert read(text).count == 1


def test_without_anybody_there_is_no_roll(owners):
    called, text = open_roll(grant(DEVI, FARAH, purpose=PURPOSE), [uuid4()])
    assert (called[0].line, text) == (None, "")


@pytest.mark.parametrize(
    "change",
    [{"name": "WONG Siu Ming"}, {"email": "m@mail.example"}, {"age_band": "minor"}, {"record": uuid4()}],
)
def test_every_word_of_a_line_counts(change):
    line = RollLine(uuid4(), ASHA.name, "a@mail.example", "adult")
    assert roll_digest([line]) != roll_digest([replace(line, **change)])


def test_words_do_not_flow_into_each_other():
    record = uuid4()
    assert roll_digest([RollLine(record, "AB", "C", "")]) != roll_digest([RollLine(record, "A", "BC", "")])


def test_nobody_else_signs_a_roll(owners):
    _, text = open_roll(grant(DEVI, FARAH, purpose=PURPOSE), records(1))
    with pytest.raises(ReceiptForged):
        read(text, key=Ed25519PrivateKey.generate().public_key().public_bytes_raw())


def test_a_roll_is_under_a_grant_that_two_signed_and_not_over_more_than_it_gives(owners):
    people = records(4)
    with pytest.raises(GrantNotSigned):
        open_roll(grant(DEVI, purpose=PURPOSE), people[:1])
    with pytest.raises(GrantUsedUp):
        open_roll(grant(DEVI, FARAH, purpose=PURPOSE), people)
    assert not Opening.objects.filter(refused="").exists()


@pytest.mark.parametrize("changes", [{"fields": ("name",)}, {"type_code": ""}], ids=str)
def test_a_roll_of_less_than_a_certificate_says_is_malformed(owners, changes):
    with pytest.raises(RequestMalformed):
        open_roll(grant(DEVI, FARAH, purpose=PURPOSE), records(1), **changes)
