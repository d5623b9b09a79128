"""The log and its witnesses: the witness itself answers here, called as HTTP would call it."""

import threading
from datetime import UTC, datetime, timedelta
from functools import partial

import httpx
import pytest

from authority.watching import set_quorum
from chopmark.authority.audit.models import Leaf
from chopmark.authority.transparency import asking, models, witnesses
from chopmark.authority.transparency.book import BOOK
from chopmark.authority.transparency.keys import own_key
from chopmark.authority.transparency.selectors import has_alarm, inclusion_proof, is_under_checkpoint
from chopmark.config.audit.witnessed import check_witnesses
from chopmark.pki.tlog.cosignature import require_quorum
from chopmark.pki.tlog.leaf import decode_leaf
from chopmark.publiclog.asking import LONGEST_ANSWER, poster
from chopmark.publiclog.witnesses import Witness
from chopmark.verifier.witness.memory import Memory
from watching import Watching

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)
A_MINUTE = timedelta(minutes=1)


@pytest.fixture
def watching(house, tmp_path, settings):
    found = Watching(tmp_path, own_key())
    settings.CHOPMARK_WITNESSES = found.configured()
    return found


@pytest.fixture
def quorum(monkeypatch):
    return partial(set_quorum, monkeypatch)


def ask(watching, now=NOON):
    return asking.ask_all(now=now, post=watching.post)


def settle(house, watching, now=NOON):
    house.settle()
    asked = ask(watching, now)
    house.sequence()
    return asked


def test_it_works(house, watching, quorum):
    quorum(2)
    (leaf,) = house.leave()
    house.settle()
    assert not is_under_checkpoint(leaf) and not (house.folder / "checkpoint").exists()
    assert ask(watching) == 2
    house.sequence()

    assert is_under_checkpoint(leaf) and house.verified().size == 1
    assert len(require_quorum((house.folder / "checkpoint").read_text(), watching.keys(), 2)) == 2
    assert inclusion_proof(leaf).checkpoint == (house.folder / "checkpoint").read_text()


def test_a_log_grows_under_its_witnesses(house, watching, quorum):
    quorum(2)
    for count in (1, 4, 251, 300):
        house.leave(count)
        assert settle(house, watching) == 2
    assert house.verified().size == 556
    assert [size for _, size in watching.asked] == [0, 0, 1, 1, 5, 5, 256, 256]
    assert ask(watching) == 0


def test_without_a_quorum_nothing_waits_and_the_lines_are_published_when_they_come(house, watching):
    (leaf,) = house.leave()
    house.settle()
    alone = (house.folder / "checkpoint").read_text()
    assert is_under_checkpoint(leaf) and not witnesses.are_late(now=NOON + 1000 * A_MINUTE)
    ask(watching)
    house.sequence()

    cosigned = (house.folder / "checkpoint").read_text()
    assert cosigned.startswith(alone) and len(require_quorum(cosigned, watching.keys(), 2)) == 2
    assert house.verified().size == 1


def test_with_one_witness_away_a_quorum_of_two_waits_and_goes_on_when_it_is_back(house, watching, quorum):
    quorum(2)
    watching.away = {"two"}
    (leaf,) = house.leave()
    assert settle(house, watching) == 1
    assert not is_under_checkpoint(leaf) and not (house.folder / "checkpoint").exists()
    later = NOON + 31 * A_MINUTE
    assert witnesses.are_late(now=later) and not witnesses.are_late(now=NOON + 29 * A_MINUTE)
    assert not has_alarm()  # away is not a refusal

    watching.away = set()
    house.leave()
    assert settle(house, watching, later) == 2
    assert is_under_checkpoint(leaf) and not witnesses.are_late(now=later)


def test_one_of_two_is_a_quorum_of_one(house, watching, quorum):
    quorum(1)
    watching.away = {"one"}
    (leaf,) = house.leave()
    settle(house, watching)

    assert is_under_checkpoint(leaf)


def test_an_answer_that_was_lost_is_made_good(house, watching, quorum):
    """The witness remembered our tree and was killed, or the line broke, before it answered."""
    quorum(2)
    watching.lost = {"one"}
    house.leave(3)
    settle(house, watching)
    watching.lost = set()
    house.leave(2)

    assert settle(house, watching) == 2
    assert house.verified().size == 5 and not has_alarm()


def test_a_line_that_was_lost_at_the_newest_size_is_asked_for_again(house, watching, quorum):
    quorum(2)
    watching.lost = {"one"}
    house.leave(3)
    settle(house, watching)
    watching.lost = set()

    assert ask(watching) == 1
    house.sequence()
    assert house.verified().size == 3 and not has_alarm()


def test_a_witness_that_saw_another_tree_is_an_alert_with_a_leaf_once(house, watching, quorum, tmp_path):
    """Our database was restored from before what the witness saw: to it we are a fork."""
    quorum(1)
    house.leave(2)
    house.settle()
    ask(watching)
    memory = Memory(tmp_path / "one")
    note = models.Checkpoint.objects.get().note
    memory.remember(own_key().name, note.replace("\n2\n", "\n9\n"))
    for _ in range(3):
        house.leave()
        house.settle()
        ask(watching)

    alert = models.WitnessAlert.objects.get()
    assert (alert.code, alert.after_size) == ("status_409", 2) and has_alarm()
    told = [
        leaf for row in Leaf.objects.all() if (leaf := decode_leaf(bytes(row.entry))).tag == "witness:refused"
    ]
    assert [leaf.public["witness"] for leaf in told] == ["witness.example/one"]


def test_a_witness_that_forgot_is_an_alert(house, watching, quorum, tmp_path):
    house.leave(2)
    settle(house, watching)
    next(path for path in (tmp_path / "two").iterdir() if len(path.name) == 64).unlink()
    house.leave()
    settle(house, watching)

    assert models.WitnessAlert.objects.get().code == "status_409"


@pytest.mark.parametrize("body", [b"", b"rubbish", "— witness.example/one AAAAAAAA\n".encode(), b"\xff"])
def test_an_answer_that_is_no_cosignature_is_an_alert_and_counts_for_nothing(house, watching, quorum, body):
    quorum(1)
    (leaf,) = house.leave()
    house.settle()
    asking.ask_all(now=NOON, post=lambda *_: (200, body))

    assert models.WitnessAlert.objects.count() == 2 and not is_under_checkpoint(leaf)


def test_a_row_that_whoever_took_the_worker_wrote_counts_for_nothing(house, watching, quorum):
    quorum(1)
    (leaf,) = house.leave()
    house.settle()
    key = watching.keys()[0]
    models.Cosignature.objects.create(size=1, witness=str(key), line="— no such line\n", received_at=NOON)

    assert not is_under_checkpoint(leaf)


def test_a_witness_that_config_no_longer_names_counts_for_nothing(house, watching, quorum, settings):
    quorum(1)
    (leaf,) = house.leave()
    settle(house, watching)
    settings.CHOPMARK_WITNESSES = settings.CHOPMARK_WITNESSES[:1]
    assert is_under_checkpoint(leaf)
    settings.CHOPMARK_WITNESSES = ()

    assert not is_under_checkpoint(leaf)


def test_audit_finds_a_false_line_and_an_alert(house, watching, quorum):
    quorum(1)
    house.leave()
    settle(house, watching)
    assert list(check_witnesses(now=NOON)) == []
    row = models.Cosignature.objects.first()
    models.Cosignature.objects.create(size=7, witness=row.witness, line=row.line, received_at=NOON)
    BOOK.refused(witnesses.configured()[0], 1, "status_422", NOON)
    watching.away = {"one", "two"}
    house.leave()
    settle(house, watching)

    found = [fault.sentence for fault in check_witnesses(now=NOON + 60 * A_MINUTE)]
    assert [words for words in ("no cosignature", "status_422", "paused") if words in " ".join(found)] == [
        "no cosignature",
        "status_422",
        "paused",
    ]
    assert len(found) == 3


def test_the_worker_asks_and_the_signer_judges_under_their_own_grants(house, watching, quorum, as_process):
    quorum(1)
    house.leave()
    house.settle()
    with as_process("worker"):
        assert ask(watching) == 2
    with as_process("signer"):
        assert not witnesses.are_late(now=NOON + 60 * A_MINUTE)
    with as_process("web"):
        assert witnesses.newest_witnessed().size == 1


def test_the_pack_says_how_many_and_the_country_starts_with_none(law):
    assert witnesses.quorum() == 0
    law({"authority.toml": "witness_quorum = 2\n"})
    assert witnesses.quorum() == 2


def test_it_is_asked_over_http_at_its_address_and_a_flood_for_an_answer_is_cut_off(house, watching, settings):
    def answer(request):
        assert (request.method, request.url.path) == ("POST", "/w/add-checkpoint")
        if request.url.host == "flood.example":
            return httpx.Response(200, content=bytes(10 * LONGEST_ANSWER))
        status, octets = watching.post("one", request.content)
        return httpx.Response(status, content=octets)

    one, two = watching.keys()
    settings.CHOPMARK_WITNESSES = (
        Witness(one, "http://one.example/w/"),
        Witness(two, "http://flood.example/w"),
    )
    house.leave()
    house.settle()
    with httpx.Client(transport=httpx.MockTransport(answer)) as client:
        assert asking.ask_all(now=NOON, post=poster(client)) == 1

    assert models.Cosignature.objects.get().witness == str(one)
    assert models.WitnessAlert.objects.get().witness == str(two)


def test_the_loop_goes_on_after_anything(shared_house, settings, monkeypatch):
    stop, rounds = threading.Event(), []

    def fail(**_):
        rounds.append(1)
        if len(rounds) == 3:
            stop.set()
        raise httpx.InvalidURL("no address")

    monkeypatch.setattr(asking, "ask_all", fail)
    monkeypatch.setattr(asking, "POLL_SECONDS", 0)
    asking.run_forever(stop)

    assert len(rounds) == 3
