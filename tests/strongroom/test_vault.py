from dataclasses import replace
from uuid import UUID

import pytest

from chopmark.strongroom import vault
from chopmark.strongroom.errors import RecordTampered
from chopmark.strongroom.keys.kek import UnsafeSoftwareKeyEncryptionKey
from chopmark.strongroom.vault import Chances

KEK = UnsafeSoftwareKeyEncryptionKey(bytes(range(32)))
RECORD = UUID("9f5de7a4-4e2b-4f59-8f4e-2a9d5c0e7b11")
FIELDS = {"name": "CHAN Tai Man", "chinese_name": "陳大文", "email": None}
CHANCES = Chances(record_key=b"k" * 32, wrapping_nonce=b"w" * 12, fields_nonce=b"f" * 12)


@pytest.fixture
def locked():
    return vault.lock(FIELDS, record_id=RECORD, kek=KEK, chances=CHANCES)


def test_it_works(locked):
    assert vault.unlock(locked, kek=KEK) == FIELDS
    assert b"CHAN" not in locked.ciphertext + locked.wrapped_key


@pytest.mark.parametrize("part", ["wrapped_key", "ciphertext"])
def test_any_changed_byte_is_refused(locked, part):
    whole = getattr(locked, part)
    for place in range(len(whole)):
        changed = whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :]
        with pytest.raises(RecordTampered):
            vault.unlock(replace(locked, **{part: changed}), kek=KEK)


@pytest.mark.parametrize("part", ["wrapped_key", "ciphertext"])
@pytest.mark.parametrize("length", [0, 1, 12, 20])
def test_a_shortened_part_is_refused(locked, part, length):
    with pytest.raises(RecordTampered):
        vault.unlock(replace(locked, **{part: getattr(locked, part)[:length]}), kek=KEK)


def test_a_record_put_in_anothers_place_is_refused(locked):
    with pytest.raises(RecordTampered):
        vault.unlock(replace(locked, record_id=UUID(int=RECORD.int + 1)), kek=KEK)


def test_another_owners_key_opens_nothing(locked):
    with pytest.raises(RecordTampered):
        vault.unlock(locked, kek=UnsafeSoftwareKeyEncryptionKey(bytes(32)))


def test_a_text_is_bound_to_its_record_and_its_id(locked):
    text_id = UUID(int=7)
    kept = vault.lock_text("a receipt", locked=locked, text_id=text_id, kek=KEK, nonce=b"t" * 12)
    assert vault.unlock_text(kept, locked=locked, text_id=text_id, kek=KEK) == "a receipt"
    with pytest.raises(RecordTampered):
        vault.unlock_text(kept, locked=locked, text_id=UUID(int=8), kek=KEK)


def test_the_blind_index_is_one_per_number_and_nothing_without_the_key():
    index = vault.blind_index("A1234563", kek=KEK)
    assert index == vault.blind_index("A1234563", kek=KEK)
    assert index != vault.blind_index("A1234564", kek=KEK)
    assert index != vault.blind_index("A1234563", kek=UnsafeSoftwareKeyEncryptionKey(bytes(32)))
    assert index != vault.digest({"hkid": "A1234563"}, kek=KEK)
