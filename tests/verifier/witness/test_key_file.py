import shutil

import pytest

from chopmark.pki.tlog.cosignature import parse_cosigner_key
from chopmark.verifier.witness.keyfile import KeyFileUnfit, MemoryGone, cosigner_of


def made(tmp_path):
    return cosigner_of(tmp_path / "key", memory=tmp_path / "state", name="witness.example/w1")


def test_it_works(tmp_path):
    first = made(tmp_path)

    assert made(tmp_path).key == first.key == parse_cosigner_key(str(first.key))
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600


def test_a_signing_key_made_by_other_software_is_read(tmp_path):
    """The one that the witness of transparency-dev is tried with; its public half is theirs too."""
    (tmp_path / "key").write_text(
        "PRIVATE+KEY+witness+f13a86db+AaLa/dfyBhyo/m0Z7WCi98ENVZWtrP8pxgRNrx7tIWiA\n"
    )
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(MemoryGone):
        made(tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "witness.vkey").write_text("witness+d79a4b67+")
    with pytest.raises(MemoryGone):
        made(tmp_path)


def test_a_witness_that_lost_its_memory_does_not_start(tmp_path):
    made(tmp_path)
    shutil.rmtree(tmp_path / "state")
    with pytest.raises(MemoryGone):
        made(tmp_path)


def test_a_lost_key_is_made_anew_over_the_old_memory(tmp_path):
    first = made(tmp_path)
    (tmp_path / "key").unlink()
    second = made(tmp_path)

    assert second.key != first.key and made(tmp_path).key == second.key


def test_a_key_that_others_may_read_is_refused(tmp_path):
    made(tmp_path)
    (tmp_path / "key").chmod(0o640)
    with pytest.raises(KeyFileUnfit):
        made(tmp_path)


@pytest.mark.parametrize(
    "change", [lambda text: text[:-9], lambda text: text.replace("w1", "w2"), lambda _: ""]
)
def test_a_damaged_key_is_refused(tmp_path, change):
    made(tmp_path)
    path = tmp_path / "key"
    path.write_text(change(path.read_text()))
    with pytest.raises(KeyFileUnfit):
        made(tmp_path)
