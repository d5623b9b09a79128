"""The register of impact assessments: versions that nobody changes, and the purposes that none covers."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection
from owners_stage import DEVI, FARAH, officers_are_in
from people import BIKRAM, NOW

from chopmark.strongroom import purposes
from chopmark.strongroom.errors import PurposeUnknown
from chopmark.strongroom.models import Leaf, LeafPayload
from chopmark.strongroom.policy.errors import AssessmentDaysWrong, AssessmentUnknown, OwnerOfficerNeeded
from chopmark.strongroom.policy.registers import Assessment, Risk
from chopmark.strongroom.services import assessments
from chopmark.strongroom.services.assessments import Cover, Findings

FINDINGS = Findings(
    title="Counter and desk",
    changed="First assessment.",
    assessed_on=date(2026, 11, 2),
    assessor="Harbour Privacy Limited",
    risk=Risk.LOW,
    risks="An officer looks up a neighbour.",
    measures="A case, a reason, a line in her history.",
    comments="",
    clauses="Contract 7.2",
    next_review=date(2027, 11, 2),
    purposes=frozenset({"identity_check", "enquiry"}),
)


@pytest.fixture(autouse=True)
def _officers(strongroom):
    officers_are_in()


def write(findings=FINDINGS, number=None, actor=DEVI, now=NOW):
    return assessments.write_assessment(findings=findings, number=number, actor=actor, now=now)


def covers(now=NOW):
    return {one.purpose.name: one.cover for one in assessments.coverage(now)}


def test_it_works():
    written = write()
    assert (written.reference, written.version) == ("PIA-01", 1)
    assert b'"assessment:written"' in bytes(Leaf.objects.latest("id").entry)
    said = LeafPayload.objects.latest("leaf_id").payload
    assert said["purposes"] == ["enquiry", "identity_check"] and "neighbour" not in str(said)
    found = covers()
    assert found["enquiry"] is Cover.COVERED
    assert found["lawful_request"] is Cover.MISSING
    assert found.keys() == purposes.terms().purposes.keys()


def test_what_wants_attention_comes_first():
    write()
    listed = [one.cover for one in assessments.coverage(NOW)]
    assert listed == sorted(listed, key=lambda one: one is Cover.COVERED)


def test_a_change_is_a_new_version_and_the_old_one_stays():
    write()
    second = write(replace(FINDINGS, changed="A second counter.", purposes=frozenset({"enquiry"})), number=1)
    assert second.version == 2
    assert [one.version for one in assessments.versions(1)] == [2, 1]
    assert [one.pk for one in assessments.register()] == [second.pk]
    assert covers()["identity_check"] is Cover.MISSING
    assert write(replace(FINDINGS, title="Bulk")).reference == "PIA-02"
    with pytest.raises(AssessmentUnknown):
        write(number=7)


@pytest.mark.parametrize(
    "verb", ["update strongroom_assessment set risk = 'low'", "delete from strongroom_assessment"]
)
def test_nobody_changes_what_was_written(verb):
    write()
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute(verb)


def test_a_review_that_is_due_and_a_policy_that_changed_are_said(monkeypatch):
    write()
    assert covers(NOW + timedelta(days=400))["enquiry"] is Cover.OVERDUE
    terms = purposes.terms()
    wider = replace(terms.purposes["enquiry"], fields=terms.purposes["enquiry"].fields | {"hkid"})
    mine = replace(terms, purposes={**terms.purposes, "enquiry": wider})
    monkeypatch.setattr(assessments, "terms", lambda: mine)
    assert covers()["enquiry"] is Cover.CHANGED
    assert covers()["identity_check"] is Cover.COVERED
    write(replace(FINDINGS, title="Another"))
    assert covers()["enquiry"] is Cover.COVERED


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"assessed_on": date(2026, 12, 1)}, AssessmentDaysWrong),
        ({"next_review": date(2026, 11, 2)}, AssessmentDaysWrong),
        ({"purposes": frozenset()}, PurposeUnknown),
        ({"purposes": frozenset({"curiosity"})}, PurposeUnknown),
    ],
    ids=str,
)
def test_what_cannot_be_is_refused(changes, refusal):
    with pytest.raises(refusal):
        write(replace(FINDINGS, **changes))
    assert not Assessment.objects.exists()


def test_the_register_is_the_owners():
    with pytest.raises(OwnerOfficerNeeded):
        write(actor=BIKRAM)
    assert write(actor=FARAH).officer.number == FARAH.id
