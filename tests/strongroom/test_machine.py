from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import httpx
import pytest
from owners_stage import DEVI, FARAH, grant, officers_are_in
from people import ASHA, ERRAND, WORKER, asha_applies

from chopmark.strongroom import clock, machine
from chopmark.strongroom.actors import CLOCK
from chopmark.strongroom.client import (
    Delivered,
    Found,
    Strongroom,
    StrongroomRefused,
    StrongroomUnavailable,
    read_receipt,
    roll_digest,
)
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Case, Opening, Record
from chopmark.strongroom.notices import sender
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import cases, watching

NOWHERE = Path("/nonexistent/strongroom.sock")


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch):
    # A request ends by giving its connection back; here the test's own transaction is on it.
    for module in (machine, sender):
        monkeypatch.setattr(module, "close_old_connections", lambda: None)


@pytest.fixture
def case_id(strongroom):
    return asha_applies(now=clock.now()).case_id


@pytest.fixture
def door():
    return Strongroom(NOWHERE, transport=httpx.WSGITransport(app=machine.application))


@pytest.fixture
def raw():
    with httpx.Client(
        base_url="http://door", transport=httpx.WSGITransport(app=machine.application)
    ) as client:
        yield client


def open_(door, case_id, **changes):
    asks = {"purpose": "certificate", "fields": ["name"], "actor": "worker", "application": ERRAND.reference}
    return door.open(case=case_id, **(asks | changes))


def test_it_works(door, case_id):
    assert door.is_ready()
    assert open_(door, case_id) == {"name": ASHA.name}
    found = door.find(case=case_id, purpose="duplicate_check", actor="worker", outlet="CENTRAL")
    assert found == Found(records=(), more=False)
    assert Opening.objects.latest("leaf_id").outlet == "CENTRAL"
    door.confirm_case(case=case_id, actor="worker")
    door.close_case(case=case_id, actor="worker")
    assert Case.objects.get().closed_at is not None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"purpose": "service promotion"}, "purpose_unknown"),
        ({"fields": ["phone"]}, "field_not_of_purpose"),
        ({"fields": []}, "nothing_asked"),
        ({"application": "AP261100420"}, "application_not_of_case"),
        ({"actor": "CHAN Tai Man, of 12 Harbour Road"}, "actor_malformed"),
        ({"purpose": "identity_check"}, "purpose_not_for_caller"),
    ],
)
def test_a_refusal_comes_back_by_its_name(door, case_id, changes, reason):
    with pytest.raises(StrongroomRefused) as refused:
        open_(door, case_id, **changes)
    assert refused.value.reason == reason


def test_find_says_whom_it_found_and_counts_them(door, case_id):
    others = [
        asha_applies(errand=replace(ERRAND, reference=f"AP26110042{n}"), now=clock.now()) for n in (0, 1)
    ]
    for other in others:
        door.confirm_case(case=other.case_id, actor="worker")
    found = door.find(case=case_id, purpose="duplicate_check", actor="worker")
    assert set(found.records) == {other.record_id for other in others}
    assert (len(found), found.more) == (2, False)


def _close(case):
    cases.close_case(case_id=case.pk, actor=WORKER, now=clock.now())


def _shred(case):
    cases.shred(case.record, clock.now())


def _let_pass(case):
    case.opened_at -= terms().case.unconfirmed_for
    case.save()


@pytest.mark.parametrize(
    ("happens", "reason"),
    [(_let_pass, "case_expired"), (_shred, "record_shredded"), (_close, "case_closed")],
)
def test_a_confirmation_that_comes_too_late_says_why(door, case_id, happens, reason):
    happens(Case.objects.get(pk=case_id))
    with pytest.raises(StrongroomRefused) as refused:
        door.confirm_case(case=case_id, actor="worker")
    assert refused.value.reason == reason


def test_a_confirmation_after_the_sweep_says_that_the_record_is_gone(door, case_id):
    _let_pass(Case.objects.get(pk=case_id))
    cases.expire_unconfirmed(actor=CLOCK, now=clock.now())
    with pytest.raises(StrongroomRefused) as refused:
        door.confirm_case(case=case_id, actor="worker")
    assert refused.value.reason == "record_shredded"


def test_a_case_nobody_knows_is_refused(door, strongroom):
    with pytest.raises(StrongroomRefused, match="case_unknown"):
        door.close_case(case=uuid4(), actor="worker")


def test_a_caller_cannot_say_that_it_is_the_desk(raw, case_id):
    asks = {"case": str(case_id), "purpose": "identity_check", "fields": ["name"], "actor": "20417"}
    answer = raw.post("/open", json=asks | {"application": ERRAND.reference, "caller": "desk"})
    assert answer.status_code == 403
    assert answer.json() == {"refused": "purpose_not_for_caller"}
    assert Opening.objects.get().caller == "authority"


@pytest.mark.parametrize(
    "request_",
    [
        {"method": "GET", "url": "/open"},
        {"method": "POST", "url": "/history"},
        {"method": "POST", "url": "/open", "content": b"not json"},
        {"method": "POST", "url": "/open", "content": b"[" * 5000},
        {"method": "POST", "url": "/open", "json": []},
        {"method": "POST", "url": "/open", "json": {"case": "no"}},
        {"method": "POST", "url": "/open", "json": {"case": 5}},
        {"method": "POST", "url": "/close", "json": {"case": str(uuid4())}},
        {"method": "POST", "url": "/open", "content": b"x" * 70_000},
    ],
)
def test_what_is_no_request_is_refused(raw, strongroom, request_):
    answer = raw.request(**request_)
    assert answer.status_code == 400
    assert answer.json() == {"refused": "request_malformed"}


def test_a_fault_says_nothing_but_that_it_was_one(raw, case_id, monkeypatch, caplog):
    def fail(**_):
        raise RuntimeError(ASHA.hkid)

    monkeypatch.setattr(machine.cases, "close_case", fail)
    answer = raw.post("/close", json={"case": str(case_id), "actor": "worker"})
    assert answer.status_code == 500
    assert ASHA.hkid not in answer.text


def test_a_door_that_is_not_there_is_unavailable():
    with pytest.raises(StrongroomUnavailable):
        open_(Strongroom(NOWHERE), uuid4())
    assert not Strongroom(NOWHERE).is_ready()


@pytest.mark.parametrize(
    "answer", [httpx.Response(500, json={"failed": True}), httpx.Response(200, text="<html>")]
)
def test_an_answer_that_is_not_the_doors_is_no_answer(answer):
    door = Strongroom(NOWHERE, transport=httpx.MockTransport(lambda _request: answer))
    with pytest.raises(StrongroomUnavailable):
        door.close_case(case=uuid4(), actor="worker")


# In bulk, by choice, by certificate: each asks for leave that the strongroom checks itself.
@pytest.fixture
def grant_id(strongroom):
    officers_are_in()
    now = clock.now()
    return grant(DEVI, FARAH, now=now, expires_at=now + timedelta(days=1))


def test_many_are_opened_under_a_grant(door, grant_id):
    here, gone = (
        asha_applies(errand=replace(ERRAND, reference=f"AP26110042{n}"), now=clock.now()).record_id
        for n in (0, 1)
    )
    cases.shred(Record.objects.get(pk=gone), clock.now())
    opened = door.open_batch(
        grant=grant_id, purpose="renewal", fields=["name"], records=[here, gone], actor="worker"
    )
    assert opened == {here: {"name": ASHA.name}, gone: "record_shredded"}


def test_one_that_is_gone_is_a_batch_too(door, grant_id, case_id):
    record = Case.objects.get(pk=case_id).record
    cases.shred(record, clock.now())
    opened = door.open_batch(
        grant=grant_id, purpose="renewal", fields=["name"], records=[record.pk], actor="worker"
    )
    assert opened == {record.pk: "record_shredded"}


def test_a_grant_opens_a_case_at_the_door(raw, door, grant_id, case_id):
    record_id = Case.objects.get(pk=case_id).record_id
    sent = {"grant": str(grant_id), "record": str(record_id), "actor": "worker"}
    opened = UUID(raw.post("/open-case-by-grant", json=sent).json()["case"])
    assert open_(door, opened, purpose="renewal", application="") == {"name": ASHA.name}


def test_a_grant_that_is_no_grant_is_refused(door, strongroom):
    with pytest.raises(StrongroomRefused, match="grant_unknown"):
        door.open_batch(grant=uuid4(), purpose="renewal", fields=["name"], records=[uuid4()], actor="worker")


def test_nothing_is_released_that_nobody_chose(door, case_id):
    record_id = Case.objects.get(pk=case_id).record_id
    with pytest.raises(StrongroomRefused, match="service_not_approved"):
        door.release(record=record_id, service="club", purpose="offers", channel="email", actor="worker")


def test_a_certificate_of_nobodys_gives_no_leave(raw, case_id):
    record_id = Case.objects.get(pk=case_id).record_id
    sent = {"record": str(record_id), "purpose": "renewal", "actor": "web"}
    challenge = raw.post("/challenge", json=sent).json()
    assert "renewal" in challenge["text"]
    sent = {"challenge": challenge["challenge"], "certificate": "AAAA", "signature": "AAAA", "actor": "web"}
    answer = raw.post("/open-case-by-certificate", json=sent)
    assert (answer.status_code, answer.json()) == (403, {"refused": "certificate_not_trusted"})
    assert raw.post("/open-case-by-certificate", json=sent | {"signature": "%"}).status_code == 400


def test_who_is_to_wait_is_told_how_long(raw, case_id, monkeypatch):
    slow = replace(terms().patterns[0], alert_at=1, slow_at=1, slow_for=timedelta(seconds=30), stop_at=None)
    monkeypatch.setattr(watching, "terms", lambda: replace(terms(), patterns=(slow,)))
    asks = {"case": str(case_id), "purpose": "certificate", "fields": ["name"], "actor": "worker"}
    asks["application"] = ERRAND.reference
    assert raw.post("/open", json=asks).status_code == 200
    answer = raw.post("/open", json=asks)
    assert answer.status_code == 429
    assert answer.json()["refused"] == "asker_slowed"
    assert 25 <= int(answer.headers["Retry-After"]) <= 30


@pytest.mark.parametrize("outlet", ["CHAN Tai Man", "x" * 33, 5])
def test_an_outlet_is_a_short_code(raw, case_id, outlet):
    asks = {"case": str(case_id), "purpose": "certificate", "fields": ["name"], "actor": "worker"}
    answer = raw.post("/open", json=asks | {"application": ERRAND.reference, "outlet": outlet})
    assert answer.json() == {"refused": "request_malformed"}


# A notice: the door says how it stands, never where it goes.
REVOKED = {"revoked_on": "2026-11-13", "serial_number": "5e0c91d7"}


def deliver(door, record_id, **changes):
    asks = {"reference": "N1", "template": "certificate_revoked", "parameters": REVOKED, "actor": "worker"}
    return door.deliver(record=record_id, **(asks | changes))


def test_a_notice_is_asked_for_and_asked_about(door, case_id, settings, tmp_path):
    settings.OUTBOX, settings.EMAIL_BACKEND = tmp_path, "chopmark.strongroom.notices.posting.FileBackend"
    record_id = Case.objects.get(pk=case_id).record_id
    door.confirm_case(case=case_id, actor="worker")
    door.open_case_for_notices(case=case_id, actor="worker")
    assert deliver(door, record_id) == Delivered(state="queued", channel="", ended_at=None)
    sender.send()
    stands = deliver(door, record_id)
    assert (stands.state, stands.channel) == ("sent", "email")
    assert stands.ended_at is not None
    assert [file.name for file in (tmp_path / "mail").iterdir()] == ["N1.eml"]


def test_without_leave_nobody_is_written_to(door, case_id):
    record_id = Case.objects.get(pk=case_id).record_id
    with pytest.raises(StrongroomRefused, match="notice_not_allowed"):
        deliver(door, record_id)


@pytest.mark.parametrize(
    "wrong",
    [{"reference": "../N1"}, {"reference": ""}, {"parameters": ["x"]}, {"parameters": {"revoked_on": 5}}],
)
def test_what_is_no_notice_is_refused(raw, case_id, wrong):
    asks = {"reference": "N1", "template": "certificate_revoked", "parameters": REVOKED, "actor": "worker"}
    asks["record"] = str(Case.objects.get(pk=case_id).record_id)
    answer = raw.post("/deliver", json=asks | wrong)
    assert (answer.status_code, answer.json()) == (400, {"refused": "request_malformed"})


def test_names_of_many_come_with_the_owners_roll(door, strongroom):
    officers_are_in()
    now = clock.now()
    leave = grant(DEVI, FARAH, now=now, purpose="population_issue", expires_at=now + timedelta(days=1))
    here = asha_applies(errand=replace(ERRAND, reference="AP261100430"), now=now).record_id
    stranger = uuid4()
    found, text = door.open_roll(
        grant=leave,
        purpose="population_issue",
        records=[here, stranger],
        type_code="smart-id",
        actor="worker",
    )
    assert found[stranger] == "record_unknown"
    roll = read_receipt(text, key=keyring().receipt_key.public_key().public_bytes_raw())
    assert (roll.type, roll.count, roll.sha256) == ("smart-id", 1, roll_digest([found[here]]))
