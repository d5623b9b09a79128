"""Evidence of a breach is kept: records held, the log pinned, nothing forgotten, until the owner lifts it with a reason."""

import hashlib
import shutil
from dataclasses import replace

import pytest
from breach_stage import DAY, DETECTED, HOUR, MINUTE, REPORTED, reported, step
from owners_stage import DEVI, FARAH, home, officers_are_in
from people import BIKRAM, CHANDRA, ERRAND, ESHA, LATER, NOW, WORKER, asha_applies, asked

from chopmark.pki.tlog.checkpoint import open_checkpoint
from chopmark.strongroom import clock, purposes, sweep
from chopmark.strongroom.actors import CLOCK
from chopmark.strongroom.breaches import affected, freezing, register
from chopmark.strongroom.breaches.affected import Seen
from chopmark.strongroom.breaches.errors import (
    BreachMomentWrong,
    BreachWordsMissing,
    EvidenceFrozenAlready,
    EvidenceNotFrozen,
    HoldOfBreach,
    NoRecordsToTake,
    OpeningsChanged,
    TooManyRecordsAtOnce,
)
from chopmark.strongroom.breaches.models import EvidenceFreeze, FrozenRecord, StepKind
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.log.publishing import publish_once
from chopmark.strongroom.models import LeafPayload, Record, WrongSignIn
from chopmark.strongroom.policy.errors import OwnerOfficerNeeded, RecordHeld, RecordUnknown
from chopmark.strongroom.policy.models import Alert, Attempt, Hold, HoldLift
from chopmark.strongroom.policy.shapes import Shredding
from chopmark.strongroom.services import cases, openings, retention, subject, watching
from chopmark.verifier.faults import Fault
from chopmark.verifier.log import verify_log
from chopmark.verifier.sources import DirectorySource

OVER = LATER + purposes.terms().retention.of("personal")
ESHAS = "AP261100420"


@pytest.fixture(autouse=True)
def _officers(strongroom):
    officers_are_in()


@pytest.fixture
def by_schedule(monkeypatch):
    """The clock destroys what is due."""
    terms = purposes.terms()
    kept = replace(terms.retention, shredding=Shredding.BY_SCHEDULE)
    monkeypatch.setattr(retention, "terms", lambda: replace(terms, retention=kept))


@pytest.fixture
def asha():
    return home(asha_applies())


@pytest.fixture
def esha():
    return home(asha_applies(errand=replace(ERRAND, reference=ESHAS, nonce="5f" * 16), particulars=ESHA))


def opened(of, application=ERRAND.reference, actor=CHANDRA, at=LATER):
    ask = asked(of.case_id, "name", application=application)
    openings.open_fields(asked=ask, keys=keyring(), actor=actor, now=at)


def seen(officer=CHANDRA.id, begins=NOW, ends=DETECTED, **more):
    return Seen(officer=officer, begins=begins, ends=ends, **more)


def take(expected, now=REPORTED + HOUR, actor=DEVI, **more):
    return affected.take_opened(number=1, seen=seen(**more), expected=expected, actor=actor, now=now)


def lift(now=REPORTED + DAY, reason="The case is closed.", actor=DEVI):
    freezing.lift(number=1, reason=reason, actor=actor, now=now)


def release(now=REPORTED + DAY):
    return freezing.release(actor=CLOCK, now=now, most=1000)


# The records.
def test_it_works(asha, esha, by_schedule):
    opened(asha)
    opened(esha, ESHAS)
    reported()
    assert affected.count(1, seen()).new == 2
    assert take(2) == 2
    for one in (asha, esha):
        cases.close_case(case_id=one.case_id, actor=WORKER, now=LATER)
    assert retention.shred_due(actor=CLOCK, now=OVER) == 0
    with pytest.raises(RecordHeld):
        retention.shred(record_id=asha.record_id, actor=CLOCK, now=OVER)
    lift(now=OVER)
    assert release(now=OVER) == 2
    assert retention.shred_due(actor=CLOCK, now=OVER + MINUTE) == 2


def test_a_record_that_the_reporter_names_is_held_from_that_moment(asha, by_schedule):
    reported(applications=frozenset({ERRAND.reference}))
    hold = Hold.objects.get()
    assert (hold.record_id, hold.reason, hold.placed_by.number) == (asha.record_id, "breach", BIKRAM.id)
    assert hold.until is None


def test_a_second_form_under_her_number_keeps_no_record_from_being_frozen(asha, esha):
    """The operator can send one and call it home; the report of the breach is made all the same."""
    forged = home(asha_applies(errand=replace(ERRAND, nonce="6e" * 16), particulars=ESHA))
    reported(applications=frozenset({ERRAND.reference}))
    assert register.record_ids(register.breach_of(1)) == {asha.record_id, forged.record_id}
    another = home(asha_applies(errand=replace(ERRAND, reference=ESHAS, nonce="6f" * 16), particulars=ESHA))
    affected.take_applications(number=1, applications=frozenset({ESHAS}), actor=DEVI, now=REPORTED)
    assert {esha.record_id, another.record_id} < register.record_ids(register.breach_of(1))
    # Nothing is opened by such a number.
    with pytest.raises(RecordUnknown):
        cases.record_of(ERRAND.reference)


def test_such_a_hold_ends_with_the_freeze_and_in_no_other_way(asha):
    reported(applications=frozenset({ERRAND.reference}))
    with pytest.raises(HoldOfBreach):
        retention.lift_hold(hold_id=Hold.objects.get().pk, actor=DEVI, now=REPORTED)
    assert not HoldLift.objects.exists()
    for actor, reason, refusal in ((BIKRAM, "Enough.", OwnerOfficerNeeded), (DEVI, " ", BreachWordsMissing)):
        with pytest.raises(refusal):
            lift(actor=actor, reason=reason)
    assert release() == 0
    lift()
    assert (release(), release()) == (1, 0)
    assert HoldLift.objects.get().lifted_by.number == DEVI.id
    with pytest.raises(EvidenceNotFrozen):
        lift()


def test_the_desks_clock_lifts_the_holds_and_tells_what_is_overdue(asha, monkeypatch):
    reported(applications=frozenset({ERRAND.reference}), call=None)
    lift()
    monkeypatch.setattr(clock, "now", lambda: REPORTED + DAY)
    monkeypatch.setattr(sweep, "close_old_connections", lambda: None)
    sweep.sweep()
    assert HoldLift.objects.count() == 1
    assert [alert.purpose for alert in Alert.objects.all()] == ["telephone"]


def test_another_hold_on_the_same_record_goes_on(asha, by_schedule):
    retention.place_hold(record_id=asha.record_id, reason="litigation", actor=DEVI, now=LATER)
    reported(applications=frozenset({ERRAND.reference}))
    lift()
    release()
    assert [hold.reason for hold in retention.holds(REPORTED + DAY)] == ["litigation"]


def test_evidence_is_frozen_anew_with_every_record_of_the_list(asha, esha):
    reported(applications=frozenset({ERRAND.reference}))
    affected.take_applications(number=1, applications=frozenset({ESHAS}), actor=DEVI, now=REPORTED)
    with pytest.raises(EvidenceFrozenAlready):
        freezing.freeze(number=1, actor=FARAH, now=REPORTED)
    lift()
    with pytest.raises(EvidenceNotFrozen):
        affected.take_applications(number=1, applications=frozenset({ESHAS}), actor=DEVI, now=REPORTED)
    again = freezing.freeze(number=1, actor=FARAH, now=REPORTED + 2 * DAY)
    assert register.standing(1).freeze == again
    release(REPORTED + 2 * DAY)
    assert {hold.record_id for hold in retention.holds(REPORTED + 2 * DAY)} == {
        asha.record_id,
        esha.record_id,
    }
    assert register.count_records(again.breach) == 2


# Whose records: what an officer opened.
def test_only_what_that_officer_opened_in_that_time_is_taken(asha, esha):
    opened(asha)
    opened(esha, ESHAS, actor=WORKER)
    opened(esha, ESHAS, at=DETECTED)
    reported()
    assert affected.count(1, seen()).records == 1
    assert take(1) == 1
    assert register.record_ids(register.breach_of(1)) == {asha.record_id}
    assert affected.count(1, seen(ends=DETECTED + MINUTE)).new == 1


def test_what_was_refused_to_her_is_not_hers(asha):
    reported()
    ask = asked(asha.case_id, "phone")
    with pytest.raises(Exception, match="field_not_of_purpose"):
        openings.open_fields(asked=ask, keys=keyring(), actor=CHANDRA, now=LATER)
    assert affected.count(1, seen()).openings == 0


def test_an_outlet_narrows_it(asha, esha):
    reported()
    for one, application, outlet in ((asha, ERRAND.reference, "GPO"), (esha, ESHAS, "TST")):
        ask = replace(asked(one.case_id, "name", application=application), outlet=outlet)
        openings.open_fields(asked=ask, keys=keyring(), actor=WORKER, now=LATER)
    assert take(1, officer=WORKER.id, outlet="TST") == 1
    assert register.record_ids(register.breach_of(1)) == {esha.record_id}


def test_what_is_listed_or_destroyed_is_not_taken_again(asha, esha):
    opened(asha)
    opened(esha, ESHAS)
    reported(applications=frozenset({ERRAND.reference}))
    cases.shred(Record.objects.get(pk=esha.record_id), LATER)
    counted = affected.count(1, seen())
    assert (counted.records, counted.destroyed, counted.listed, counted.new) == (2, 1, 1, 0)
    with pytest.raises(NoRecordsToTake):
        take(0)


def test_what_changed_since_it_was_counted_is_not_taken(asha, esha):
    reported()
    opened(asha)
    opened(esha, ESHAS)
    with pytest.raises(OpeningsChanged):
        take(1)
    assert not FrozenRecord.objects.exists()


def test_more_than_the_policy_lets_one_act_take_is_refused(asha, esha, monkeypatch):
    reported()
    opened(asha)
    opened(esha, ESHAS)
    usual = purposes.terms()
    mine = replace(usual, breaches=replace(usual.breaches, most_records_at_once=1))
    monkeypatch.setattr(affected, "terms", lambda: mine)
    with pytest.raises(TooManyRecordsAtOnce):
        take(2)


def test_a_list_is_the_owners(asha):
    reported()
    opened(asha)
    with pytest.raises(OwnerOfficerNeeded):
        take(1, actor=BIKRAM)
    with pytest.raises(OwnerOfficerNeeded):
        affected.take_applications(
            number=1, applications=frozenset({ERRAND.reference}), actor=BIKRAM, now=REPORTED
        )
    with pytest.raises(OwnerOfficerNeeded):
        freezing.freeze(number=1, actor=BIKRAM, now=REPORTED)
    with pytest.raises(RecordUnknown):
        affected.take_applications(
            number=1, applications=frozenset({"AP000000000"}), actor=DEVI, now=REPORTED
        )
    with pytest.raises(BreachMomentWrong):
        affected.count(1, seen(begins=DETECTED))


# The log.
def test_the_newest_head_is_pinned_so_that_whoever_has_it_sees_a_log_that_went_back(asha, tmp_path):
    log, before = tmp_path / "log", tmp_path / "before"
    publish_once(log, NOW)
    shutil.copytree(log, before)
    opened(asha)
    publish_once(log, LATER)
    reported()
    publish_once(log, REPORTED + MINUTE)
    frozen = EvidenceFreeze.objects.get()
    kept = open_checkpoint(frozen.checkpoint, own_key())
    assert (kept.size, kept.root_hash) == (frozen.tree_size, bytes(frozen.root_hash))
    said = LeafPayload.objects.get(leaf_id=frozen.leaf_id).payload
    assert (said["size"], said["root"]) == (kept.size, kept.root_hash.hex())
    verify_log(DirectorySource(log), own_key(), kept=[frozen.checkpoint])
    with pytest.raises(Fault):
        verify_log(DirectorySource(before), own_key(), kept=[frozen.checkpoint])


def test_before_the_log_was_ever_signed_the_tree_is_empty():
    reported()
    frozen = EvidenceFreeze.objects.get()
    assert (frozen.tree_size, bytes(frozen.root_hash)) == (0, hashlib.sha256().digest())


# What would be forgotten.
def rows_at(moment):
    WrongSignIn.objects.create(blind_index=b"\x01" * 32, at=moment)
    Attempt.objects.create(at=moment, caller="desk", actor="20588", purpose="enquiry", verb="open")


def forget(now):
    watching.forget_attempts(now=now)
    subject.forget_wrong_sign_ins(now=now)
    return Attempt.objects.count(), WrongSignIn.objects.count()


def test_while_evidence_is_frozen_nothing_is_forgotten():
    rows_at(DETECTED - HOUR)
    reported()
    rows_at(REPORTED + HOUR)
    assert forget(REPORTED + 30 * DAY) == (2, 2)
    lift(now=REPORTED + 30 * DAY)
    assert forget(REPORTED + 30 * DAY) == (0, 0)


def test_what_comes_after_it_was_resolved_is_no_evidence_of_it():
    rows_at(DETECTED - HOUR)
    reported()
    step(StepKind.RESOLVED, at=REPORTED + 10 * DAY, now=REPORTED + 11 * DAY)
    rows_at(REPORTED + 12 * DAY)
    assert forget(REPORTED + 30 * DAY) == (1, 1)
    assert Attempt.objects.get().at == DETECTED - HOUR


def test_an_early_moment_given_for_the_end_frees_no_evidence():
    rows_at(REPORTED - 5 * MINUTE)
    reported()
    rows_at(REPORTED + 10 * MINUTE)
    step(StepKind.RESOLVED, at=REPORTED - 10 * MINUTE, now=REPORTED + HOUR)
    rows_at(REPORTED + 2 * HOUR)
    assert forget(REPORTED + 30 * DAY) == (2, 2)
    assert set(Attempt.objects.values_list("at", flat=True)) == {
        REPORTED - 5 * MINUTE,
        REPORTED + 10 * MINUTE,
    }


def test_a_new_freeze_of_what_was_resolved_long_ago_keeps_what_is_there_when_it_begins():
    reported()
    step(StepKind.RESOLVED, at=REPORTED, now=REPORTED + HOUR)
    lift()
    rows_at(REPORTED + 90 * DAY)
    freezing.freeze(number=1, actor=FARAH, now=REPORTED + 90 * DAY + HOUR)
    rows_at(REPORTED + 91 * DAY)
    assert forget(REPORTED + 120 * DAY) == (1, 1)
    assert Attempt.objects.get().at == REPORTED + 90 * DAY


def test_without_a_freeze_all_is_forgotten_as_ever():
    rows_at(LATER)
    assert forget(LATER + 3 * DAY) == (0, 0)


# The subject.
def test_she_is_told_once_the_owner_says_so(asha, esha):
    reported(applications=frozenset({ERRAND.reference}))
    assert register.told(asha.record_id) == []
    step(StepKind.COMMISSIONER, at=DETECTED + HOUR, words="", now=REPORTED + HOUR)
    step(StepKind.PEOPLE, people=1, now=REPORTED + DAY)
    (told,) = register.told(asha.record_id)
    assert (told.breach.number, told.told_at) == (1, REPORTED + DAY)
    assert told.commissioner_told_at == DETECTED + HOUR
    assert register.told(esha.record_id) == []


def test_who_came_into_the_list_later_is_told_with_the_next_notice(asha, esha):
    reported(applications=frozenset({ERRAND.reference}))
    step(StepKind.PEOPLE, people=1, now=REPORTED + HOUR)
    affected.take_applications(number=1, applications=frozenset({ESHAS}), actor=DEVI, now=REPORTED + DAY)
    step(StepKind.COMMISSIONER, words="", now=REPORTED + DAY)  # another step is no notice to her
    assert register.told(esha.record_id) == []
    step(StepKind.PEOPLE, people=2, now=REPORTED + 2 * DAY)
    (late,), (first,) = register.told(esha.record_id), register.told(asha.record_id)
    assert (first.told_at, late.told_at) == (REPORTED + HOUR, REPORTED + 2 * DAY)
    lift()
    release()
    assert len(register.told(asha.record_id)) == 1
