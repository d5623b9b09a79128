"""The register of breaches: reported by whoever finds one, continued by the owner, added to and never changed."""

import pytest
from breach_stage import DAY, DETECTED, HOUR, MINUTE, REPORTED, reported, step
from django.db import DatabaseError, connection
from owners_stage import DEVI, FARAH, home, officers_are_in
from people import BIKRAM, ERRAND, WORKER, asha_applies

from chopmark.strongroom.actors import WATCH, Actor
from chopmark.strongroom.breaches import overdue, register
from chopmark.strongroom.breaches.clocks import State
from chopmark.strongroom.breaches.errors import (
    BreachMomentWrong,
    BreachNotResolved,
    BreachResolved,
    BreachUnknown,
    BreachWordsMissing,
    BreachWordsName,
)
from chopmark.strongroom.breaches.models import Breach, BreachStep, StepKind
from chopmark.strongroom.breaches.reporting import Call
from chopmark.strongroom.errors import SupervisorOnlyLooks
from chopmark.strongroom.models import Leaf, LeafPayload, Officer
from chopmark.strongroom.policy.errors import OfficerNotSignedIn, OwnerOfficerNeeded, RecordUnknown
from chopmark.strongroom.policy.models import Alert, Attempt
from chopmark.strongroom.roles import OfficerRole


@pytest.fixture(autouse=True)
def _officers(strongroom):
    officers_are_in()


def tags():
    return [
        bytes(leaf.entry).split(b'"tag":"')[1].split(b'"')[0].decode() for leaf in Leaf.objects.order_by("id")
    ]


def states(number=1, now=REPORTED + HOUR):
    return {one.key: str(one.state(now)) for one in register.standing(number).clocks}


def test_it_works():
    breach = reported()
    assert (breach.reference, breach.officer.number) == ("BR-001", BIKRAM.id)
    assert tags() == ["breach:reported", "breach:told_by_telephone", "evidence:frozen"]
    assert states() == {
        "telephone": "done",
        "first_report": "done",
        "preliminary": "waiting",
        "commissioner": "waiting",
        "people": "waiting",
        "interim/1": "waiting",
    }


def test_the_log_holds_no_word_that_somebody_typed():
    reported()
    step(StepKind.PRELIMINARY, words="Sent by a junior.")
    said = str(list(LeafPayload.objects.values_list("payload", flat=True)))
    assert "wrong address" not in said and "junior" not in said and "records office" not in said


def test_the_owner_takes_it_through_to_its_end():
    reported()
    step(StepKind.TAKEN_OVER, words="")
    step(StepKind.PRELIMINARY, now=DETECTED + 40 * HOUR)
    step(
        StepKind.COMMISSIONER, at=DETECTED + 2 * HOUR, words="", reference="DBN/118", now=DETECTED + 3 * HOUR
    )
    step(StepKind.INTERIM, now=DETECTED + 80 * DAY)
    step(StepKind.PEOPLE, people=2, words="By letter.", now=DETECTED + 81 * DAY)
    step(StepKind.RESOLVED, at=DETECTED + 90 * DAY, now=DETECTED + 91 * DAY)
    step(StepKind.POST_INCIDENT, actor=FARAH, now=DETECTED + 96 * DAY)
    assert set(states(now=DETECTED + 900 * DAY).values()) == {"done"}
    found = register.standing(1)
    assert found.is_resolved and found.in_charge.number == DEVI.id
    assert tags()[-3:] == ["breach:people_told", "breach:resolved", "breach:post_incident_written"]


def test_a_report_that_comes_late_is_shown_late_for_ever():
    reported(now=DETECTED + 3 * HOUR, call=None)
    late = register.standing(1).late(DETECTED + 4000 * DAY)
    assert [one.key for one in late][1] == "first_report"
    assert late[1].late_by(DETECTED + 4000 * DAY) == 2 * HOUR
    assert late[1].state(DETECTED + 4000 * DAY) is State.DONE_LATE


def test_the_last_count_of_people_decides_whether_anybody_is_to_be_told():
    reported(people=None)
    assert "commissioner" in states()
    step(StepKind.PRELIMINARY, people=0)
    assert register.standing(1).people == 0
    assert not {"commissioner", "people"} & states().keys()


def test_what_is_open_comes_first_and_the_newest_of_it_on_top():
    for _ in range(3):
        reported(people=0)
    assert [one.breach.number for one in register.standings()] == [3, 2, 1]
    assert [one.breach.number for one in register.reported_by(Officer.objects.get(number=BIKRAM.id))] == [
        3,
        2,
        1,
    ]
    assert register.reported_by(Officer.objects.get(number=DEVI.id)) == []


@pytest.mark.parametrize("table", ["breach", "breachstep", "evidencefreeze"])
@pytest.mark.parametrize("verb", ["update strongroom_{} set leaf_id = 9", "delete from strongroom_{}"])
def test_nobody_changes_what_was_written(table, verb):
    reported()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(verb.format(table))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"detected_at": REPORTED + MINUTE}, BreachMomentWrong),
        ({"call": Call(whom="Devi", at=DETECTED - MINUTE)}, BreachMomentWrong),
        ({"call": Call(whom="Devi", at=REPORTED + MINUTE)}, BreachMomentWrong),
        ({"call": Call(whom=" ", at=DETECTED)}, BreachWordsMissing),
        ({"what": "  "}, BreachWordsMissing),
        ({"what": "The card A123456(3) was seen."}, BreachWordsName),
        ({"what": "Sent to taiman.chan@mail.example by mistake"}, BreachWordsName),
        ({"applications": frozenset({"AP000000000"})}, RecordUnknown),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused_and_nothing_is_written(changes, refusal):
    with pytest.raises(refusal):
        reported(**changes)
    assert not Breach.objects.exists() and not BreachStep.objects.exists()


def test_what_only_looks_like_a_number_may_be_written():
    assert reported(what="Ticket A123456(0), release B2026, 12 records.").number == 1


def test_a_number_that_leads_nowhere_counts_as_a_guess():
    with pytest.raises(RecordUnknown):
        reported(applications=frozenset({"AP000000000"}))
    assert Attempt.objects.get().refused == "record_unknown"


def test_every_officer_reports_but_a_supervisors_and_no_software():
    Officer.objects.create(number="99001", name="Ling", role=OfficerRole.SUPERVISOR, registered_at=DETECTED)
    for actor, refusal in ((Actor.officer("99001"), SupervisorOnlyLooks), (WORKER, OfficerNotSignedIn)):
        with pytest.raises(refusal):
            reported(actor=actor)
    assert [reported(actor=actor).number for actor in (BIKRAM, DEVI)] == [1, 2]


def test_only_the_owner_goes_on_with_it():
    reported()
    for kind in StepKind:
        with pytest.raises(OwnerOfficerNeeded):
            step(kind, actor=BIKRAM)
    assert BreachStep.objects.count() == 1  # the call
    with pytest.raises(BreachUnknown):
        step(StepKind.PRELIMINARY, number=7)


def test_each_report_has_its_turn():
    reported()
    with pytest.raises(BreachNotResolved):
        step(StepKind.POST_INCIDENT)
    step(StepKind.RESOLVED)
    for kind in (StepKind.RESOLVED, StepKind.INTERIM):
        with pytest.raises(BreachResolved):
            step(kind)


def test_to_tell_people_is_to_count_them():
    reported()
    with pytest.raises(BreachWordsMissing):
        step(StepKind.PEOPLE)


# What is overdue.
def told(now):
    overdue.tell_owner(actor=WATCH, now=now)
    return list(Alert.objects.order_by("leaf_id").values_list("asker", "purpose"))


def test_the_owner_is_told_once_of_each_report_that_is_overdue():
    reported(call=None)
    assert told(DETECTED + HOUR) == []
    assert told(DETECTED + HOUR + MINUTE) == [("breach/BR-001", "telephone")]
    assert told(DETECTED + 2 * HOUR) == [("breach/BR-001", "telephone")]
    assert told(DETECTED + 49 * HOUR)[1:] == [("breach/BR-001", "preliminary")]
    assert told(DETECTED + 93 * DAY)[2:] == [("breach/BR-001", "interim/1")]
    step(StepKind.INTERIM, now=DETECTED + 94 * DAY)
    assert told(DETECTED + 400 * DAY)[3:] == [("breach/BR-001", "interim/2")]
    assert tags().count("alert:raised") == 4


def test_two_clocks_side_by_side_tell_her_once(monkeypatch):
    reported(call=None)
    late = DETECTED + 2 * HOUR
    standing = register.standing(1)
    (clock,) = standing.overdue(late)
    overdue._raise(breach=standing.breach, late=clock, actor=WATCH, now=late)
    # As if this one had looked before the other one wrote.
    monkeypatch.setattr(overdue.Alert.objects, "filter", lambda **_: Alert.objects.none())
    before = Leaf.objects.count()
    assert overdue.tell_owner(actor=WATCH, now=late) == 0
    assert Leaf.objects.count() == before


def test_a_breach_of_an_application_names_its_record_by_its_id_only():
    asha = home(asha_applies())
    breach = reported(applications=frozenset({ERRAND.reference}))
    assert register.record_ids(breach) == {asha.record_id}
    assert ERRAND.reference not in str(LeafPayload.objects.order_by("-leaf_id")[:2].values_list("payload"))
    assert register.count_records(breach) == 1
