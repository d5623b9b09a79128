"""The owner's log and its witnesses: what waits for them, what stops without them, and what the owner is told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from click.testing import CliRunner
from log_stage import House
from owners_stage import DEVI, FARAH, grant, officers_are_in
from people import ASHA, BIKRAM, ERRAND, LATER, NOW, WORKER, asha_applies, asked, visit_of
from witnesses_stage import A_MINUTE, MUCH_LATER, ask, house, late, quorum, settle, watching

from chopmark.pki.tlog.cosignature import require_quorum
from chopmark.pki.tlog.leaf import decode_leaf
from chopmark.pki.tlog.note import parse_note
from chopmark.pki.tlog.proof import check_proof
from chopmark.pki.tlog.statement import parse_statement
from chopmark.publiclog.errors import (
    LeafNotUnderCheckpoint,
)
from chopmark.publiclog.witnesses import Witness
from chopmark.strongroom import __main__ as commands
from chopmark.strongroom import overview
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import asking, proofs, witnesses
from chopmark.strongroom.log.errors import CosignatureAltered, OpeningsWaitForWitnesses
from chopmark.strongroom.log.keys import own_key, signing_key
from chopmark.strongroom.log.models import LogCosignature, WitnessRefusal
from chopmark.strongroom.models import Leaf, LogCheckpoint, Opening
from chopmark.strongroom.policy.models import Alert, Attempt, Finding
from chopmark.strongroom.services import alerts, bulk, choices, openings, sighting
from chopmark.strongroom.services.bulk import Batch
from chopmark.strongroom.services.choices import Use
from chopmark.strongroom.services.subject import history
from chopmark.verifier.witness.memory import Memory
from verifier.witness.loghouse import AskingLog
from watching import Watching

__all__ = ["house", "late", "quorum", "watching"]


def checkpoint(house):
    return (house.folder / "checkpoint").read_text()


def test_it_works(house, watching, quorum):
    quorum(2)
    house.leave(3)
    assert not house.publish() and not (house.folder / "checkpoint").exists()
    with pytest.raises(LeafNotUnderCheckpoint):
        proofs.proof_of(Leaf.objects.first().pk)
    assert ask(watching) == 2
    assert house.publish()

    report = house.verified(witnesses=watching.keys(), quorum=2)
    assert (report.size, len(require_quorum(checkpoint(house), watching.keys(), 2))) == (3, 2)
    proof = proofs.proof_of(Leaf.objects.first().pk)
    assert proof.checkpoint == checkpoint(house)
    check_proof(proof, parse_statement(proof.extra).entry, key=own_key(), witnesses=watching.keys(), quorum=2)


def test_it_grows_under_its_witnesses(house, watching, quorum):
    quorum(2)
    for count in (1, 4, 251, 300):
        house.leave(count)
        assert settle(house, watching) == 2
    assert house.verified(witnesses=watching.keys(), quorum=2).size == 556
    assert [size for _, size in watching.asked] == [0, 0, 1, 1, 5, 5, 256, 256]
    assert ask(watching) == 0
    witnesses.check()


def test_without_a_quorum_nothing_waits_and_the_lines_are_published_when_they_come(house, watching):
    house.leave()
    assert house.publish()
    alone = checkpoint(house)
    assert not witnesses.are_late(now=NOW + 1000 * A_MINUTE)
    ask(watching)
    assert house.publish()
    assert checkpoint(house).startswith(alone) and len(parse_note(checkpoint(house)).signatures) == 3


def test_an_answer_that_was_lost_is_made_good(house, watching, quorum):
    quorum(2)
    watching.lost = {"one"}
    house.leave(3)
    assert settle(house, watching) == 1
    watching.lost = set()
    house.leave(2)
    assert settle(house, watching) == 2
    assert house.verified(witnesses=watching.keys(), quorum=2).size == 5 and not alerts.open_alerts()


def test_a_row_that_is_no_cosignature_counts_for_nothing(house, watching, quorum):
    quorum(1)
    house.leave()
    house.publish()
    key = str(watching.keys()[0])
    LogCosignature.objects.create(size=1, witness=key, line="— no such line\n", received_at=NOW)
    assert not house.publish()
    assert witnesses.newest_witnessed() is None
    with pytest.raises(CosignatureAltered):
        witnesses.check()


def test_one_witness_watches_both_logs_and_refuses_a_fork_of_this_one(
    strongroom, tmp_path, monkeypatch, quorum
):
    """The authority's log beside the owner's; one process of the supervisor for both."""
    quorum(1)
    authority, house = AskingLog(), House(tmp_path / "log")
    both = Watching(tmp_path, authority.key, own_key())
    (key, _) = both.witnesses["one"]
    monkeypatch.setattr(witnesses, "configured", lambda: [Witness(key, "one")])
    for old, new in ((0, 5), (5, 9)):
        house.leave(3)
        assert settle(house, both) == 1
        assert both.post("one", authority.request(old, new))[0] == 200
    assert house.verified(witnesses=[key], quorum=1).size == 6

    # The owner's log, written anew from its second entry on and signed with its own key.
    fork = AskingLog(own_key().name)
    fork.private, fork.key = signing_key(), own_key()
    assert both.post("one", fork.request(6, 7, 1))[0] == 422
    assert both.post("one", fork.request(6, 6, 1)) == (409, b"6\n")
    assert both.post("one", authority.request(9, 11))[0] == 200
    house.leave()
    assert settle(house, both) == 1


# --- when the witnesses are late ---


def open_name(case_id, now, **more):
    return openings.open_fields(asked=asked(case_id, "name", **more), keys=keyring(), actor=WORKER, now=now)


def test_openings_stop_when_no_witness_has_signed_for_too_long_and_go_on_by_themselves(late, house, watching):
    asha, _ = late
    assert open_name(asha.case_id, LATER) == {"name": ASHA.name}
    with pytest.raises(OpeningsWaitForWitnesses):
        open_name(asha.case_id, MUCH_LATER)
    assert b'"openings_wait_for_witnesses"' in bytes(Leaf.objects.latest("id").entry)

    watching.away = set()
    settle(house, watching, MUCH_LATER)
    assert open_name(asha.case_id, MUCH_LATER) == {"name": ASHA.name}


def test_finding_comparing_releasing_and_opening_in_bulk_stop_too(late):
    asha, _ = late
    grant_id = grant(DEVI, FARAH)
    batch = Batch(
        grant_id=grant_id,
        purpose="renewal",
        fields=frozenset({"name"}),
        caller="authority",
        records=(asha.record_id,),
    )
    use = Use(service="club", purpose="offers", channel="email")
    attempts = [
        lambda now: openings.find(
            asked=asked(asha.case_id, "hkid", purpose="duplicate_check"), actor=WORKER, now=now
        ),
        lambda now: sighting.check_sighting(
            visit=visit_of(asha.case_id), typed="A123456(3)", keys=keyring(), actor=BIKRAM, now=now
        ),
        lambda now: bulk.open_many(batch=batch, keys=keyring(), actor=WORKER, now=now),
        lambda now: choices.release(record_id=asha.record_id, use=use, keys=keyring(), actor=WORKER, now=now),
    ]
    for attempt in attempts:
        before = Opening.objects.count()
        with pytest.raises(OpeningsWaitForWitnesses):
            attempt(MUCH_LATER)
        assert decode_leaf(bytes(Leaf.objects.latest("id").entry)).refused == "openings_wait_for_witnesses"
        assert Opening.objects.count() == before


def test_what_she_opened_herself_her_history_and_new_applications_go_on(late, house):
    asha, hers = late
    assert open_name(hers, MUCH_LATER, purpose="renewal", application="") == {"name": ASHA.name}
    another = asha_applies(errand=replace(ERRAND, reference="AP261100420"), now=MUCH_LATER)
    assert another.record_id != asha.record_id
    assert len(history(asha.record_id, now=MUCH_LATER)) == 1


def test_an_asker_is_not_suspected_for_asking_while_witnesses_are_late(late):
    asha, _ = late
    for second in range(45):
        with pytest.raises(OpeningsWaitForWitnesses):
            open_name(asha.case_id, MUCH_LATER + timedelta(seconds=second))
    assert Attempt.objects.filter(refused="openings_wait_for_witnesses").count() == 45
    assert not alerts.open_alerts() and not alerts.suspensions()


# --- a witness that would not go on ---


@pytest.fixture
def forked(house, watching, quorum, tmp_path):
    """To witness one this log is a fork: it remembers a longer tree than this database ever made."""
    quorum(1)
    house.leave(2)
    settle(house, watching)
    note = LogCheckpoint.objects.get().note
    Memory(tmp_path / "one").remember(own_key().name, note.replace("\n2\n", "\n9\n"))
    for _ in range(3):
        house.leave()
        settle(house, watching)
    return house


def test_the_owner_is_told_once_with_a_leaf_and_the_log_says_which_witness(forked):
    (alert,) = alerts.open_alerts()
    assert (alert.pattern, alert.asker, alert.count) == ("witness_refused", "witness/witness.example/one", 1)
    refusal = WitnessRefusal.objects.get()
    assert (refusal.alert, refusal.after_size, refusal.code) == (alert, 2, "status_409")
    assert decode_leaf(bytes(Leaf.objects.get(pk=alert.leaf_id).entry)).tag == "witness:refused"
    # The other witness is quorum enough: nothing else stops.
    assert forked.verified(quorum=0).size == Leaf.objects.count()


def test_the_owner_acknowledges_it_like_any_other(forked):
    officers_are_in()
    state = overview.log_state(NOW)
    assert [(one.name, one.code) for one in state.refusals] == [("witness.example/one", "status_409")]
    alerts.acknowledge(alert_id=alerts.open_alerts()[0].pk, finding=Finding.TAKEN_UP, actor=DEVI, now=LATER)
    assert overview.log_state(NOW).refusals == () and not alerts.open_alerts()


def test_the_command_names_what_it_answered(forked, monkeypatch):
    monkeypatch.setattr("chopmark.strongroom.commands._set_up", lambda: None)
    said = CliRunner().invoke(commands.cli, ["alerts"], catch_exceptions=False).output
    assert "witness_refused witness/witness.example/one status_409 after size 2" in said


@pytest.mark.parametrize("body", [b"", b"rubbish", b"\xff"])
def test_an_answer_that_is_no_cosignature_is_an_alert_and_counts_for_nothing(house, watching, quorum, body):
    quorum(1)
    house.leave()
    house.publish()
    asking.ask_all(now=NOW, post=lambda *_: (200, body))
    assert Alert.objects.count() == 2 and not house.publish()


def test_a_witness_that_is_away_is_no_alert(house, watching, quorum):
    quorum(1)
    watching.away = {"one", "two"}
    house.leave()
    settle(house, watching)
    assert not Alert.objects.exists()
