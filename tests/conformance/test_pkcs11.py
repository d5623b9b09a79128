"""The owner's key in a token, asked of SoftHSM2: what a file does a token does, and its keys do not come out."""

import os
import subprocess
import threading
from uuid import UUID

import pkcs11
import pytest

from chopmark.strongroom import vault
from chopmark.strongroom.errors import RecordTampered, TokenUnavailable
from chopmark.strongroom.keys import ceremony, token_kek
from chopmark.strongroom.keys.cabinet import Cabinet, FileShelf, IndexKey, number_of
from chopmark.strongroom.keys.token_kek import TokenKeyEncryptionKey, TokenPlace, make_keys
from chopmark.strongroom.options import KeyFiles
from chopmark.strongroom.vault import Chances

LIBRARY = "/usr/lib/softhsm/libsofthsm2.so"
NONCE = b"n" * 12
SECRET = b"k" * 32
RECORD = UUID(int=7)


@pytest.fixture(scope="session")
def place(tmp_path_factory):
    # One for the session: the library reads its settings once in a process.
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm2.conf").write_text(
        f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n"
    )
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm2.conf")
    subprocess.run(
        [
            "softhsm2-util",
            "--init-token",
            "--free",
            "--label",
            "owner",
            "--so-pin",
            "12345678",
            "--pin",
            "1234",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    made = TokenPlace(library=LIBRARY, token="owner", key="kek 2", pin="1234")
    make_keys(made)
    return made


@pytest.fixture
def kek(place):
    return TokenKeyEncryptionKey(place)


def test_it_works(kek):
    wrapped = kek.wrap(SECRET, bound_to=b"record", nonce=NONCE)
    assert kek.unwrap(wrapped, bound_to=b"record") == SECRET
    assert len(wrapped) == 12 + 32 + 16


def test_it_is_bound_to_its_record_and_to_every_octet(kek):
    wrapped = kek.wrap(SECRET, bound_to=b"record", nonce=NONCE)
    with pytest.raises(RecordTampered):
        kek.unwrap(wrapped, bound_to=b"another")
    for at in (0, 12, 59):
        changed = bytearray(wrapped)
        changed[at] ^= 1
        with pytest.raises(RecordTampered):
            kek.unwrap(bytes(changed), bound_to=b"record")
    with pytest.raises(RecordTampered):
        kek.unwrap(wrapped[:20], bound_to=b"record")
    assert kek.unwrap(wrapped, bound_to=b"record") == SECRET


def test_macs_differ_by_label_and_message(kek):
    assert kek.mac("blind index", b"A1") == kek.mac("blind index", b"A1")
    assert (
        len({kek.mac("a", b"bc"), kek.mac("ab", b"c"), kek.mac("a", b"b"), kek.mac("form digest", b"bc")})
        == 4
    )


@pytest.mark.parametrize("label", ["kek 2", "kek 2 mac"])
def test_the_keys_do_not_come_out(place, kek, label):
    kek.mac("a", b"b")
    (key,) = token_kek._session(place).get_objects({pkcs11.Attribute.LABEL: label})
    assert key[pkcs11.Attribute.SENSITIVE]
    assert not key[pkcs11.Attribute.EXTRACTABLE]
    with pytest.raises(pkcs11.exceptions.AttributeSensitive):
        key[pkcs11.Attribute.VALUE]


def test_threads_side_by_side_get_their_own_answers(kek):
    right = []

    def work(number):
        for step in range(50):
            secret = bytes([number, step]) * 16
            wrapped = kek.wrap(secret, bound_to=b"record", nonce=bytes([number, step]) * 6)
            right.append(kek.unwrap(wrapped, bound_to=b"record") == secret)

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(right) == 400
    assert all(right)


def test_a_session_that_died_is_opened_anew(kek, place):
    wrapped = kek.wrap(SECRET, bound_to=b"record", nonce=NONCE)
    token_kek._session(place).close()
    assert kek.unwrap(wrapped, bound_to=b"record") == SECRET


def test_a_token_that_is_not_there_is_said_to_be_so(place):
    gone = TokenPlace(library=LIBRARY, token="nobodys", key="kek 2", pin="1234")
    with pytest.raises(TokenUnavailable):
        TokenKeyEncryptionKey(gone).wrap(SECRET, bound_to=b"record", nonce=NONCE)


def test_a_home_moves_from_its_file_to_the_token(tmp_path, place):
    """The same steps as from file to file: a new number, a second wrapping of the same record key, the first key destroyed."""
    ceremony.prepare(tmp_path, "open sesame")
    files = KeyFiles(tmp_path)
    index = IndexKey(root=b"r" * 32, kept={})
    cabinet = Cabinet(FileShelf(files, "open sesame"), index)
    chances = Chances(record_key=SECRET, wrapping_nonce=NONCE, fields_nonce=NONCE)
    before = vault.lock({"name": "CHAN Tai Man"}, record_id=RECORD, kek=cabinet, chances=chances)
    assert number_of(before.wrapped_key) == 1

    assert ceremony.bring_token(files, "open sesame", place) == 2
    moved = vault.rewrap(before, kek=cabinet, nonce=b"m" * 12)
    assert number_of(moved) == 2
    ceremony.destroy_kek(files, 1)
    after = vault.Locked(record_id=RECORD, wrapped_key=moved, ciphertext=before.ciphertext)
    assert vault.unlock(after, kek=Cabinet(FileShelf(files, "open sesame"), index)) == {
        "name": "CHAN Tai Man"
    }
