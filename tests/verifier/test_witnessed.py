import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.pki.tlog.cosignature import cosignature_line, cosigned_message, cosigner_key, with_cosignatures
from chopmark.verifier.cli import log
from verifier.loghouse import KEY, LogHouse, entry

ENTRIES = [entry(number) for number in range(300)]


class Witness:
    def __init__(self, seed):
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.key = cosigner_key(f"witness.example/w{seed}", self.private.public_key().public_bytes_raw())

    def line(self, note):
        body = note[: note.rindex("\n\n") + 1]
        return cosignature_line(
            self.key, 1_790_000_000, self.private.sign(cosigned_message(body, 1_790_000_000))
        )


ONE, TWO = Witness(1), Witness(2)


@pytest.fixture
def house(tmp_path):
    house = LogHouse(tmp_path / "log").build(ENTRIES)
    house.write("checkpoint", with_cosignatures(house.checkpoint(), [ONE.line(house.checkpoint())]).encode())
    return house


def run(*arguments):
    return CliRunner().invoke(log, ["verify", *map(str, arguments)])


def test_it_works(house):
    result = run(house.folder, "--key", KEY, "--witness", ONE.key)

    assert result.exit_code == 0 and "cosigned by witness.example/w1" in result.output
    assert (
        "由 witness.example/w1 副署"
        in run(house.folder, "--key", KEY, "--witness", ONE.key, "--lang", "zh-hant").output
    )


def test_every_witness_named_must_have_cosigned_unless_a_quorum_is_said(house):
    both = ("--witness", ONE.key, "--witness", TWO.key)
    result = run(house.folder, "--key", KEY, *both)
    assert (result.exit_code, "too few of the witnesses" in result.output) == (1, True)
    assert run(house.folder, "--key", KEY, *both, "--quorum", 1).exit_code == 0


def test_a_quorum_without_witnesses_is_never_met(house):
    assert run(house.folder, "--key", KEY, "--quorum", 1).exit_code == 1


def test_a_cosignature_of_another_tree_is_not_believed(house):
    house.write(
        "checkpoint", with_cosignatures(house.checkpoint(), [ONE.line(house.checkpoint(200))]).encode()
    )
    result = run(house.folder, "--key", KEY, "--witness", ONE.key)

    assert (result.exit_code, "note_forged" in result.output) == (1, True)


def test_a_logs_key_is_no_witness(house):
    assert run(house.folder, "--key", KEY, "--witness", KEY).exit_code == 2


def test_a_folder_of_kept_checkpoints_is_held_against_the_log_and_so_each_against_the_others(house, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    for size in (1, 100, 256, 300):
        (kept / f"{size}.checkpoint").write_text(house.checkpoint(size))
    assert "4 kept" in run(house.folder, "--key", KEY, "--since", kept).output

    forked = LogHouse(tmp_path / "forked").build([*ENTRIES[:50], entry(7), *ENTRIES[51:]])
    (kept / "fork.checkpoint").write_text(forked.checkpoint(120))
    result = run(house.folder, "--key", KEY, "--since", kept)
    assert (result.exit_code, "100 to 119" in result.output) == (1, True)
