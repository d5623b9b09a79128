import json
import stat

import pytest

from chopmark.strongroom.errors import KeyFileMissing, KeyFileTooOpen, PassphraseWrong
from chopmark.strongroom.keys import ceremony, sealing
from chopmark.strongroom.keys.cabinet import KEK_LABEL
from chopmark.strongroom.keys.keyring import RECEIPT_LABEL
from chopmark.strongroom.options import KeyFiles


@pytest.fixture
def files(tmp_path):
    ceremony.prepare(tmp_path, "open sesame")
    return KeyFiles(tmp_path)


def test_it_works(files):
    kek = sealing.unseal(files.kek.read_bytes(), passphrase="open sesame", label=KEK_LABEL)
    assert len(kek) == 32
    assert kek not in files.kek.read_bytes()


def test_running_it_again_changes_no_key(files):
    before = files.kek.read_bytes()
    first = files.receipt_public_key.read_bytes()
    assert ceremony.prepare(files.home, "open sesame") == first
    assert files.kek.read_bytes() == before


def test_every_file_is_its_owners_alone(files):
    for file in files.folder.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_wrong_passphrase_opens_nothing_and_remakes_nothing(files):
    with pytest.raises(PassphraseWrong):
        ceremony.prepare(files.home, "open barley")


def test_one_sealed_key_cannot_stand_for_another(files):
    with pytest.raises(PassphraseWrong):
        sealing.unseal(files.receipt_key.read_bytes(), passphrase="open sesame", label=KEK_LABEL)


@pytest.mark.parametrize("part", ["salt", "nonce", "sealed"])
def test_a_changed_file_is_refused(files, part):
    fields = json.loads(files.receipt_key.read_bytes())
    text = fields[part]
    fields[part] = ("B" if text[0] == "A" else "A") + text[1:]
    with pytest.raises(PassphraseWrong):
        sealing.unseal(json.dumps(fields).encode(), passphrase="open sesame", label=RECEIPT_LABEL)


def test_a_key_file_that_others_can_read_is_refused(files):
    files.kek.chmod(0o640)
    with pytest.raises(KeyFileTooOpen):
        sealing.read_private(files.kek)


def test_a_missing_key_file_is_refused(tmp_path):
    with pytest.raises(KeyFileMissing):
        sealing.read_private(tmp_path / "kek.sealed")


def test_a_guess_is_dear_where_it_is_no_test(real_costs):
    """RFC 7914 §2 asks for at least 2**14 where somebody waits for it."""
    assert min(real_costs) >= 2**14
