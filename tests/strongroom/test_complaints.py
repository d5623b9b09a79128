"""A line that its subject does not recognise: told once, answered by the owner, read in the same history."""

from dataclasses import replace
from html import unescape

import pytest
from django.test import Client
from people import BIKRAM, ERRAND, ESHA, LATER, NOW, WORKER, asha_applies, asked

from chopmark.pki.tlog.proof import check_proof, parse_proof
from chopmark.pki.tlog.statement import open_statement, parse_statement
from chopmark.strongroom import clock
from chopmark.strongroom.actors import SUBJECT, Actor
from chopmark.strongroom.errors import (
    ComplaintAlreadyOpened,
    ComplaintSettled,
    ComplaintUnknown,
    LineUnknown,
    RecordShredded,
)
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import publishing
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.models import Complaint, Leaf, Officer, Opening, Outcome, Record
from chopmark.strongroom.policy.errors import OwnerOfficerNeeded
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import cases, complaints, openings

pytestmark = pytest.mark.usefixtures("strongroom")
FARAH = Actor.officer("88001")


@pytest.fixture
def opened():
    """Asha's record, opened once by the operator's worker."""
    submitted = asha_applies(now=clock.now())
    openings.open_fields(
        asked=asked(submitted.case_id, "name"), keys=keyring(), actor=WORKER, now=clock.now()
    )
    return submitted


@pytest.fixture(autouse=True)
def _officers(strongroom):
    """Farah is the owner's; Bikram is only the counter's."""
    for actor, role in ((FARAH, OfficerRole.OWNER), (BIKRAM, OfficerRole.COUNTER)):
        Officer.objects.create(number=actor.id, name=actor.id, role=role, registered_at=NOW)


def complain(submitted, now=LATER) -> Complaint:
    line = Opening.objects.get(record=submitted.record_id)
    return complaints.complain(record_id=submitted.record_id, leaf_id=line.leaf_id, actor=SUBJECT, now=now)


def answer(complaint, outcome=Outcome.IN_ORDER, words=""):
    complaints.answer_complaint(
        complaint_id=complaint.pk, outcome=outcome, words=words, keys=keyring(), actor=FARAH, now=LATER
    )


def test_it_works(opened):
    complaint = complain(opened)
    assert complaint.reference == f"CM2611{complaint.pk:05d}"
    assert b'"complaint:opened"' in bytes(Leaf.objects.get(pk=complaint.leaf_id).entry)
    answer(complaint, Outcome.STILL_LOOKING)
    answer(complaint, Outcome.NOT_IN_ORDER, "We have told the operator.")
    found = complaints.answers(complaint, keys=keyring())
    assert [one.outcome for one in found] == [Outcome.STILL_LOOKING, Outcome.NOT_IN_ORDER]
    assert found[1].words == "We have told the operator."
    assert b'"complaint:answered"' in bytes(Leaf.objects.latest("id").entry)


def test_the_words_of_an_answer_are_not_in_the_clear_and_go_with_the_record(opened):
    complaint = complain(opened)
    answer(complaint, words="We have told the operator.")
    assert b"operator" not in bytes(complaint.answers.get().ciphertext)
    cases.shred(Record.objects.get(), LATER)
    complaint = Complaint.objects.get()
    assert [one.words for one in complaints.answers(complaint, keys=keyring())] == [""]


def test_one_line_one_complaint(opened):
    complain(opened)
    with pytest.raises(ComplaintAlreadyOpened):
        complain(opened)
    assert Complaint.objects.count() == 1
    assert b'"complaint_already_opened"' in bytes(Leaf.objects.latest("id").entry)


def test_nobody_complains_of_another_records_line(opened):
    esha = asha_applies(errand=replace(ERRAND, reference="AP261100420"), particulars=ESHA)
    line = Opening.objects.get(record=opened.record_id)
    with pytest.raises(LineUnknown):
        complaints.complain(record_id=esha.record_id, leaf_id=line.leaf_id, actor=SUBJECT, now=NOW)
    assert not Complaint.objects.exists()


def test_a_final_answer_is_final(opened):
    complaint = complain(opened)
    answer(complaint)
    with pytest.raises(ComplaintSettled):
        answer(complaint, Outcome.NOT_IN_ORDER)
    assert complaint.answers.count() == 1


def test_there_must_be_a_complaint_to_answer(opened):
    with pytest.raises(ComplaintUnknown):
        answer(Complaint(pk=77))


def test_no_words_can_be_kept_of_a_record_that_is_destroyed(opened):
    complaint = complain(opened)
    cases.shred(Record.objects.get(), LATER)
    with pytest.raises(RecordShredded):
        answer(complaint, words="We are sorry.")
    answer(complaint)
    assert complaint.answers.get().ciphertext is None


@pytest.fixture
def asha(opened):
    """Asha, signed in at the desk; her last line's number is with her."""
    client = Client()
    signed = client.post("/history", {"hkid": "A123456(3)", "code": opened.access_code})
    assert signed.headers["Location"] == "/history"
    client.line = Opening.objects.get(record=opened.record_id).leaf_id
    return client


def text(answer) -> str:
    return unescape(answer.content.decode())


def test_the_proof_of_a_line_is_good_without_us(asha, tmp_path):
    before = asha.get(f"/history/{asha.line}/proof")
    assert before.status_code == 409
    assert "within a minute" in text(asha.get("/history"))
    publishing.publish_once(tmp_path / "log", clock.now())
    assert "Download the proof" in text(asha.get("/history"))
    answer = asha.get(f"/history/{asha.line}/proof")
    assert "attachment" in answer.headers["Content-Disposition"]
    proof = parse_proof(answer.content.decode())
    statement = parse_statement(proof.extra)
    check_proof(proof, statement.entry, key=own_key())
    leaf, payload = open_statement(statement)
    assert leaf.tag == "record:opened"
    assert payload["purpose"] == "certificate"


def test_a_line_is_in_plain_words_and_names_its_application(asha):
    page = text(asha.get("/history"))
    assert "application AP 2611 00419" in page
    assert "申請編號 AP 2611 00419" in text(asha.get("/history", {"lang": "zh-hant"}))


def test_she_tells_the_office_and_reads_its_answer_in_the_same_list(asha):
    page = f"/history/{asha.line}/complaint"
    assert "What happens next" in text(asha.get(page))
    assert not Complaint.objects.exists()
    assert asha.post(page).headers["Location"] == page
    complaint = Complaint.objects.get()
    shown = f"CM {complaint.reference[2:6]} {complaint.reference[6:]}"
    assert "We have your complaint" in text(asha.get(page))
    assert f"complaint {shown}" in text(asha.get("/history"))
    assert "I do not recognise this" not in text(asha.get("/history"))
    assert asha.post(page).status_code == 409
    answer(complaint, words="The worker printed your certificate.")
    history = text(asha.get("/history"))
    assert "This was in order. The worker printed your certificate." in history
    assert f"投訴 {shown}" in text(asha.get("/history", {"lang": "zh-hant"}))
    assert "我們已收到投訴" in text(asha.get(page, {"lang": "zh-hant"}))


@pytest.mark.parametrize("what", ["proof", "complaint"])
def test_a_stranger_is_sent_to_sign_in(asha, what):
    assert Client().get(f"/history/{asha.line}/{what}").headers["Location"] == "/history"
    assert asha.get(f"/history/{asha.line + 77}/{what}").status_code == 404


def test_only_the_owners_own_officers_answer(opened):
    complaint = complain(opened)
    with pytest.raises(OwnerOfficerNeeded):
        complaints.answer_complaint(
            complaint_id=complaint.pk,
            outcome=Outcome.IN_ORDER,
            words="",
            keys=keyring(),
            actor=BIKRAM,
            now=LATER,
        )
    assert not complaint.answers.exists()
