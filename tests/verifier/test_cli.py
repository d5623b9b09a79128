import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

from chopmark.verifier.cli import log
from chopmark.verifier.faults import Fault, FaultCode
from chopmark.verifier.words import CHINESE, ENGLISH, sentence
from verifier.loghouse import KEY, LogHouse, entry

ENTRIES = [entry(number) for number in range(300)]


@pytest.fixture
def house(tmp_path):
    return LogHouse(tmp_path / "log").build(ENTRIES)


def run(*arguments):
    return CliRunner().invoke(log, ["verify", *map(str, arguments)])


def test_it_works(house):
    result = run(house.folder, "--key", KEY)

    assert result.exit_code == 0
    assert "300 entries" in result.output and house.root().hex() in result.output


def test_it_runs_as_a_module(house):
    command = [
        sys.executable,
        "-m",
        "chopmark.verifier",
        "verify",
        str(house.folder),
        "--key",
        str(KEY),
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout) == {
        "ok": True,
        "origin": KEY.name,
        "size": 300,
        "root": house.root().hex(),
        "tiles": 3,
        "kept": [],
        "cosigned_by": [],
    }


def test_a_fault_ends_with_one_and_a_sentence_that_names_the_entry(house):
    house.write(
        house.path("entries", 270), house.read(house.path("entries", 270)).replace(b'"10E"', b'"10F"')
    )

    assert (run(house.folder, "--key", KEY).exit_code, run(house.folder, "--key", KEY).output) == (
        1,
        "Entry 270 in tile/entries/001.p/44 is not the one that its tile holds the hash of.\n",
    )
    assert "第 270 項" in run(house.folder, "--key", KEY, "--lang", "zh-hant").output
    told = json.loads(run(house.folder, "--key", KEY, "--json").output)
    assert (told["ok"], told["fault"], told["first"]) == (False, "entry_differs", 270)


def test_a_kept_checkpoint_is_held_against_the_log(house, tmp_path):
    kept = tmp_path / "kept"
    kept.write_text(house.checkpoint(200))
    assert "1 kept" in run(house.folder, "--key", KEY, "--since", kept).output

    house.build([entry(7), *ENTRIES])
    result = run(house.folder, "--key", KEY, "--since", kept)
    assert (result.exit_code, "0 to 199" in result.output) == (1, True)


def test_a_key_that_contradicts_itself_is_a_mistake_of_the_asker(house):
    assert run(house.folder, "--key", str(KEY).replace("one", "two")).exit_code == 2


@pytest.mark.parametrize("code", FaultCode)
def test_every_fault_has_words_in_both_languages(code):
    fault = Fault(code, path="a/path", first=1, last=2, why="because")

    english, chinese = sentence(fault, ENGLISH), sentence(fault, CHINESE)
    assert english.isascii() and not chinese.isascii()
    assert "None" not in english + chinese
