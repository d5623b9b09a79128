import os
import stat

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from chopmark.authority.custody.errors import AlgorithmNotOfKey, KeyNotInToken, LabelTaken
from chopmark.authority.custody.software_token import UnsafeSoftwareToken, UnsafeTokenInUse
from chopmark.authority.custody.token import KeyAlgorithm, KeyHandle
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.signatures import verify_signature

pytestmark = pytest.mark.filterwarnings("ignore::chopmark.authority.custody.software_token.UnsafeTokenInUse")


@pytest.fixture
def token(tmp_path):
    return UnsafeSoftwareToken(tmp_path / "token", b"correct horse")


def test_it_works(token):
    handle = token.generate("root-1", KeyAlgorithm.P256)

    signature = token.sign(handle, b"words", SignatureAlgorithm.ECDSA_SHA256)

    public_key = load_der_public_key(token.public_key_der(handle))
    public_key.verify(signature, b"words", ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    ("kind", "algorithm"),
    [
        (KeyAlgorithm.P384, SignatureAlgorithm.ECDSA_SHA384),
        (KeyAlgorithm.RSA_2048, SignatureAlgorithm.RSA_SHA256),
        (KeyAlgorithm.ED25519, SignatureAlgorithm.ED25519),
        (KeyAlgorithm.ML_DSA_65, SignatureAlgorithm.ML_DSA_65),
    ],
)
def test_each_kind_of_key_signs_by_its_algorithm_and_no_other(token, kind, algorithm):
    handle = token.generate("root-1", kind)

    signature = token.sign(handle, b"words", algorithm)

    verify_signature(
        spki_der=token.public_key_der(handle),
        signature_algorithm=algorithm,
        signature=signature,
        signed=b"words",
    )
    with pytest.raises(AlgorithmNotOfKey):
        token.sign(handle, b"words", SignatureAlgorithm.ECDSA_SHA256)


@pytest.mark.parametrize("kind", [KeyAlgorithm.ED25519, KeyAlgorithm.ML_DSA_65])
def test_a_key_outlives_its_process(token, tmp_path, kind):
    handle = token.generate("root-1", kind)

    again = UnsafeSoftwareToken(tmp_path / "token", b"correct horse")

    assert again.has("root-1")
    assert again.public_key_der(again.handle("root-1")) == token.public_key_der(handle)


def test_opening_it_warns(tmp_path):
    with pytest.warns(UnsafeTokenInUse):
        UnsafeSoftwareToken(tmp_path, b"correct horse")


def test_key_files_are_for_their_owner_only_and_encrypted(token, tmp_path):
    token.generate("root-1", KeyAlgorithm.P256)

    file = tmp_path / "token" / "root-1.p8"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert b"\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d" in file.read_bytes()  # PBES2
    assert [found.name for found in (tmp_path / "token").iterdir()] == ["root-1.p8"]


def test_a_wrong_passphrase_opens_nothing(token, tmp_path):
    handle = token.generate("root-1", KeyAlgorithm.P256)
    other = UnsafeSoftwareToken(tmp_path / "token", b"wrong")

    with pytest.raises(KeyNotInToken):
        other.public_key_der(handle)


def test_a_key_is_never_replaced(token):
    handle = token.generate("root-1", KeyAlgorithm.P256)
    before = token.public_key_der(handle)

    with pytest.raises(LabelTaken):
        token.generate("root-1", KeyAlgorithm.P256)

    assert token.public_key_der(handle) == before


def test_a_key_signs_only_as_its_algorithm_says(token):
    handle = token.generate("root-1", KeyAlgorithm.P384)

    with pytest.raises(AlgorithmNotOfKey):
        token.sign(handle, b"words", SignatureAlgorithm.ECDSA_SHA256)


def test_an_agreement_key_signs_nothing_and_a_signing_key_agrees_to_nothing(token):
    sealing, signing = (
        token.generate("wrap", KeyAlgorithm.X25519),
        token.generate("log", KeyAlgorithm.ED25519),
    )

    with pytest.raises(AlgorithmNotOfKey):
        token.sign(sealing, b"words", SignatureAlgorithm.ED25519)
    with pytest.raises(AlgorithmNotOfKey):
        token.agree(signing, bytes(32))


@pytest.mark.parametrize("label", ["../root", "", "a/b", "A", ".hidden"])
def test_a_label_is_not_a_path(token, label):
    with pytest.raises(KeyNotInToken):
        token.has(label)


def test_a_failed_write_leaves_no_key_and_no_draft(token, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", _disk_full)

    with pytest.raises(OSError, match="disk full"):
        token.generate("root-1", KeyAlgorithm.P256)

    assert list((tmp_path / "token").iterdir()) == []


def test_a_key_that_was_written_before_the_crash_is_found_again(token, tmp_path, monkeypatch):
    monkeypatch.setattr("chopmark.authority.custody.software_token._sync_directory", _disk_full)
    with pytest.raises(OSError, match="disk full"):
        token.generate("root-1", KeyAlgorithm.P256)

    again = UnsafeSoftwareToken(tmp_path / "token", b"correct horse")

    assert again.has("root-1")
    assert again.public_key_der(KeyHandle("root-1"))


def _disk_full(*_):
    raise OSError("disk full")
