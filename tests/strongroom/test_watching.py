"""Ways of asking that are not ordinary: told, slowed, stopped, and let go again by the owner."""

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections
from owners_stage import DEVI, officers_are_in
from people import LATER, WORKER, asha_applies, asked

from chopmark.strongroom import purposes
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.errors import CaseUnknown, FieldNotOfPurpose
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import signing
from chopmark.strongroom.models import LeafPayload
from chopmark.strongroom.policy.errors import AskerSlowed, AskerStopped, RecordUnknown
from chopmark.strongroom.policy.models import Alert, Attempt, Finding, Suspension
from chopmark.strongroom.policy.shapes import Counts, Pattern, Per
from chopmark.strongroom.services import alerts, cases, choices, leave_to_open, openings, watching
from chopmark.strongroom.services.choices import Use

NIGHT = LATER.replace(hour=15)  # 23 o'clock in Hong Kong


def pattern(**changes):
    usual = Pattern(
        name="p",
        counts=Counts.OPENINGS,
        per=Per.OFFICER,
        within=timedelta(hours=1),
        at_night=False,
        alert_at=2,
        slow_at=None,
        slow_for=timedelta(0),
        stop_at=None,
    )
    return replace(usual, **changes)


@pytest.fixture
def watch(monkeypatch):
    def by(*patterns):
        monkeypatch.setattr(watching, "terms", lambda: replace(purposes.terms(), patterns=patterns))

    return by


@pytest.fixture
def case_id(strongroom):
    return asha_applies().case_id


def open_(ask, now=LATER, actor=WORKER):
    return openings.open_fields(asked=ask, keys=keyring(), actor=actor, now=now)


def guess(now=LATER):
    with pytest.raises(CaseUnknown):
        open_(asked(uuid4(), "name"), now=now)


def test_it_works(case_id, watch):
    watch(pattern())
    open_(asked(case_id, "name"))
    assert not Alert.objects.exists()
    open_(asked(case_id, "name"))
    alert = Alert.objects.get()
    assert (alert.pattern, alert.asker, alert.count) == ("p", "authority/worker", 2)
    assert LeafPayload.objects.get(leaf_id=alert.leaf_id).payload["pattern"] == "p"
    signing.check()


@pytest.mark.parametrize(
    "ask",
    [
        lambda: cases.close_case(case_id=uuid4(), actor=WORKER, now=LATER),
        lambda: cases.confirm_case(case_id=uuid4(), actor=WORKER, now=LATER),
        lambda: choices.release(
            record_id=uuid4(),
            use=Use(service="club", purpose="offers", channel="email"),
            keys=keyring(),
            actor=WORKER,
            now=LATER,
        ),
        lambda: leave_to_open.make_challenge(
            record_id=uuid4(), purpose="renewal", keys=keyring(), actor=WORKER, now=LATER
        ),
        lambda: leave_to_open.open_case_by_grant(
            record_id=uuid4(), grant_id=uuid4(), keys=keyring(), actor=WORKER, now=LATER
        ),
    ],
    ids=["close", "confirm", "release", "challenge", "case by grant"],
)
def test_a_guess_is_a_guess_by_whichever_verb(case_id, watch, ask):
    """Found by the thief: only `open` and `find` were watched, and one may guess with any of them."""
    watch(pattern(counts=Counts.UNKNOWN_CASES, per=Per.CALLER, stop_at=3))
    for _ in range(3):
        with pytest.raises((CaseUnknown, RecordUnknown)):
            ask()
    assert [alert.count for alert in Alert.objects.all()] == [2]
    with pytest.raises(AskerStopped):
        ask()
    # Who has a case may keep its record, and give its leave back, all the same.
    cases.confirm_case(case_id=case_id, actor=WORKER, now=LATER)
    cases.close_case(case_id=case_id, actor=WORKER, now=LATER)


def test_another_name_for_each_asking_does_not_hide_from_what_counts_by_door(case_id, watch):
    watch(pattern(per=Per.CALLER), pattern(name="refused", counts=Counts.REFUSALS, per=Per.CALLER))
    for number in range(2):
        open_(asked(case_id, "name"), actor=Actor.caller(f"somebody-{number}"))
        with pytest.raises(FieldNotOfPurpose):
            open_(asked(case_id, "phone"), actor=Actor.caller(f"nobody-{number}"))
    assert {(alert.pattern, alert.asker) for alert in Alert.objects.all()} == {
        ("p", "authority"),
        ("refused", "authority"),
    }


def test_the_owner_is_told_once_in_a_while(case_id, watch):
    watch(pattern())
    for minute in range(5):
        open_(asked(case_id, "name"), now=LATER + timedelta(minutes=minute))
    assert Alert.objects.count() == 1


def test_an_asker_is_slowed_and_told_how_long(case_id, watch):
    watch(pattern(slow_at=2, slow_for=timedelta(seconds=30)))
    open_(asked(case_id, "name"))
    open_(asked(case_id, "name"))
    with pytest.raises(AskerSlowed) as refused:
        open_(asked(case_id, "name"), now=LATER + timedelta(seconds=10))
    assert refused.value.details == {"retry_after": 20}
    assert open_(asked(case_id, "name"), now=LATER + timedelta(seconds=30))


def test_waiting_is_not_made_longer_by_asking_too_soon(case_id, watch):
    watch(pattern(alert_at=1, slow_at=1, slow_for=timedelta(seconds=30)))
    open_(asked(case_id, "name"))
    for second in range(1, 30, 7):
        with pytest.raises(AskerSlowed):
            open_(asked(case_id, "name"), now=LATER + timedelta(seconds=second))
    assert open_(asked(case_id, "name"), now=LATER + timedelta(seconds=30))


def test_guessing_cases_stops_the_door(case_id, watch):
    watch(pattern(counts=Counts.UNKNOWN_CASES, per=Per.CALLER, alert_at=2, stop_at=3))
    for _ in range(3):
        guess()
    assert (Alert.objects.count(), Suspension.objects.get().asker) == (1, "authority")
    with pytest.raises(AskerStopped):
        open_(asked(case_id, "name"))
    # Time does not lift it.
    with pytest.raises(AskerStopped):
        open_(asked(case_id, "name"), now=LATER + timedelta(days=10))


def test_refusals_in_a_row_are_broken_by_an_answer(case_id, watch):
    watch(pattern(counts=Counts.REFUSALS_IN_A_ROW, alert_at=3))
    for _ in range(2):
        guess()
    open_(asked(case_id, "name"))
    for _ in range(2):
        with pytest.raises(FieldNotOfPurpose):
            open_(asked(case_id, "phone"))
    assert not Alert.objects.exists()
    guess()
    assert Alert.objects.get().count == 3


def test_finds_are_counted_apart(case_id, watch):
    watch(pattern(counts=Counts.FINDS, per=Per.CALLER))
    ask = asked(case_id, "hkid", purpose="duplicate_check", application=None)
    open_(asked(case_id, "name"))
    openings.find(asked=ask, actor=WORKER, now=LATER)
    assert not Alert.objects.exists()
    openings.find(asked=ask, actor=WORKER, now=LATER)
    assert Alert.objects.exists()


def test_the_night_has_a_count_of_its_own(case_id, watch):
    watch(pattern(at_night=True, alert_at=1))
    open_(asked(case_id, "name"))
    assert not Alert.objects.exists()
    open_(asked(case_id, "name"), now=NIGHT)
    assert Alert.objects.exists()


def test_an_outlet_is_counted_where_it_is_known(case_id, watch):
    watch(pattern(counts=Counts.REFUSALS, per=Per.OUTLET))
    for outlet in ("", "", "KLN-02", "KLN-02"):
        with pytest.raises(FieldNotOfPurpose):
            open_(replace(asked(case_id, "phone"), outlet=outlet))
    assert Alert.objects.get().asker == "outlet/KLN-02"


def test_what_is_only_counted_is_forgotten(case_id):
    open_(asked(case_id, "name"))
    watching.forget_attempts(now=LATER + timedelta(days=1))
    assert Attempt.objects.count() == 1
    watching.forget_attempts(now=LATER + watching.FORGOTTEN_AFTER)
    assert not Attempt.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_side_by_side_guessers_are_told_of_once_and_stopped_once(watch):
    watch(pattern(counts=Counts.UNKNOWN_CASES, per=Per.CALLER, alert_at=3, stop_at=6))
    case_id = asha_applies().case_id
    start, refusals = threading.Barrier(4), []

    def try_cases():
        start.wait()
        for number in range(5):
            try:
                open_(asked(uuid4(), "name"), actor=replace(WORKER, id=f"w{number}"))
            except (CaseUnknown, AskerStopped) as refusal:
                refusals.append(refusal.code)
        connections.close_all()

    threads = [threading.Thread(target=try_cases) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refusals) == 20
    assert (Alert.objects.count(), Suspension.objects.count()) == (1, 1)
    # Whoever was already inside when the line was crossed is answered; nobody comes in after.
    assert 6 <= refusals.count("case_unknown") < 6 + len(threads)
    with pytest.raises(AskerStopped):
        open_(asked(case_id, "name"))
    signing.check()


def test_a_count_begins_anew_when_the_owner_lets_the_asker_go_on(case_id, watch):
    watch(pattern(counts=Counts.UNKNOWN_CASES, per=Per.CALLER, alert_at=2, stop_at=3))
    officers_are_in()
    for _ in range(3):
        guess()
    later = LATER + timedelta(minutes=1)
    alerts.release_asker(
        suspension_id=Suspension.objects.get().pk, finding=Finding.TAKEN_UP, actor=DEVI, now=later
    )
    for _ in range(2):
        guess(now=later + timedelta(minutes=1))
    assert open_(asked(case_id, "name"), now=later + timedelta(minutes=2))
    guess(now=later + timedelta(minutes=3))
    with pytest.raises(AskerStopped):
        open_(asked(case_id, "name"), now=later + timedelta(minutes=4))
