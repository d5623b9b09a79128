import base64
import json
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.strongroom import receipts
from chopmark.strongroom.client import (
    ApplicationReceipt,
    ReceiptForged,
    ReceiptMalformed,
    SightingReceipt,
    read_receipt,
)

KEY = Ed25519PrivateKey.from_private_bytes(b"r" * 32)
PUBLIC = KEY.public_key().public_bytes_raw()
APPLICATION = ApplicationReceipt(
    id=UUID(int=1),
    reference="AP261100419",
    nonce="5e" * 16,
    type="personal",
    record=UUID(int=2),
    case=UUID(int=3),
    name="CHAN Tai Man",
    email=None,
    age_band="adult",
    at=1_794_450_000,
)
SIGHTING = SightingReceipt(
    id=UUID(int=4),
    reference="AP261100419",
    nonce="c0" * 16,
    case=UUID(int=3),
    officer="20417",
    matches=True,
    fields=("name", "birth_date", "hkid"),
    at=1_794_450_000,
)


def signed(**changes) -> str:
    return receipts.sign(receipts.application_payload(APPLICATION) | changes, key=KEY)


def test_it_works():
    assert read_receipt(signed(), key=PUBLIC) == APPLICATION
    text = receipts.sign(receipts.sighting_payload(SIGHTING), key=KEY)
    assert read_receipt(text, key=PUBLIC) == SIGHTING


def test_the_payload_is_canonical_json():
    payload = base64.urlsafe_b64decode(signed().partition(".")[0] + "==")
    fields = json.loads(payload)
    assert payload == json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()
    assert fields["kind"] == "application"
    assert fields["v"] == 1


def test_any_changed_letter_is_refused():
    text = signed()
    for place, letter in enumerate(text):
        changed = text[:place] + ("A" if letter != "A" else "B") + text[place + 1 :]
        with pytest.raises((ReceiptForged, ReceiptMalformed)):
            read_receipt(changed, key=PUBLIC)


def test_another_key_signs_for_nobody():
    other = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
    with pytest.raises(ReceiptForged):
        read_receipt(receipts.sign(receipts.application_payload(APPLICATION), key=other), key=PUBLIC)


@pytest.mark.parametrize("text", ["", ".", "a.b", "a.b.c", "é.é", "x" * 9000, "AAAA."])
def test_what_is_no_receipt_is_refused(text):
    with pytest.raises((ReceiptMalformed, ReceiptForged)):
        read_receipt(text, key=PUBLIC)


@pytest.mark.parametrize(
    "changes",
    [{"v": 2}, {"kind": "other"}, {"id": "no"}, {"name": 5}, {"at": "x"}, {"record": None}, {"email": 1}],
)
def test_even_the_owner_cannot_sign_another_form(changes):
    with pytest.raises(ReceiptMalformed):
        read_receipt(signed(**changes), key=PUBLIC)


def test_a_receipt_without_a_field_is_refused():
    payload = receipts.application_payload(APPLICATION)
    for name in payload:
        less = {key: value for key, value in payload.items() if key != name}
        with pytest.raises(ReceiptMalformed):
            read_receipt(receipts.sign(less, key=KEY), key=PUBLIC)
