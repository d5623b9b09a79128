"""Ling, of the supervisor, reads every register of the owner's, and neither changes nor opens anything."""

import re
from datetime import timedelta

import pytest
from breach_stage import reported, step
from click.testing import CliRunner
from desk_stage import signs_in, text
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from owners_stage import DEVI, FARAH, grant, home, officers_are_in, officers_case
from people import ASHA, BIKRAM, WORKER, asha_applies, asked
from requests_stage import make

from chopmark.strongroom import __main__ as commands
from chopmark.strongroom import clock
from chopmark.strongroom.actors import SUBJECT, Actor
from chopmark.strongroom.breaches import affected, freezing
from chopmark.strongroom.breaches.models import StepKind
from chopmark.strongroom.errors import SupervisorOnlyLooks
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log.publishing import publish_once
from chopmark.strongroom.models import Case, Complaint, Leaf, Officer, Opening, Outcome
from chopmark.strongroom.options import USUAL_POLICY
from chopmark.strongroom.policy.models import Alert, Finding, Hold, PairRequest, Suspension
from chopmark.strongroom.policy.reading import read_file
from chopmark.strongroom.policy.registers import Risk
from chopmark.strongroom.policy.sheet import PolicyMistakes
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import (
    alerts,
    assessments,
    complaints,
    openings,
    owners,
    retention,
    two_persons,
)
from chopmark.strongroom.services.assessments import Findings
from chopmark.strongroom.services.submit import HERE
from chopmark.strongroom.services.two_persons import Wish

pytestmark = pytest.mark.usefixtures("strongroom")
LING = Actor.officer("99001")
# Pages that are a form, or the answer to one: each is an act and no register. Any other page of the owner's is read.
ACTS = {
    "owner-assessment-new",
    "owner-assessment-version",
    "owner-data-request-fee",
    "owner-breach-applications",
    "owner-breach-freeze",
    "owner-breach-lift",
    "owner-breach-new",
    "owner-breach-records",
    "owner-breach-step",
    "owner-breach-take-over",
    "owner-grant-end",
    "owner-grant-new",
    "owner-grant-sign",
    "owner-hold-lift",
    "owner-hold-new",
    "owner-officer-remove",
    "owner-shred",
}
WORDS = "It was looked into, and was in order."


@pytest.fixture
def ling():
    return signs_in(LING.id, OfficerRole.SUPERVISOR)


@pytest.fixture
def busy(tmp_path):
    """One of each that the registers hold, and how it stands in an address."""
    now = clock.now()
    officers_are_in()
    asha = home(asha_applies(now=now))
    openings.open_fields(asked=asked(asha.case_id, "name"), keys=keyring(), actor=WORKER, now=now)
    line = Opening.objects.latest("leaf_id")
    complaint = complaints.complain(record_id=asha.record_id, leaf_id=line.leaf_id, actor=SUBJECT, now=now)
    complaints.answer_complaint(
        complaint_id=complaint.pk,
        outcome=Outcome.STILL_LOOKING,
        words=WORDS,
        keys=keyring(),
        actor=FARAH,
        now=now,
    )
    Suspension.objects.create(leaf_id=1, pattern="guessing_cases", asker="authority/worker", began_at=now)
    Alert.objects.create(
        leaf_id=2, pattern="guessing_cases", asker="authority", purpose="", count=60, raised_at=now
    )
    today = now.astimezone(HERE).date()
    findings = Findings(
        title="The counter",
        changed="A new page.",
        assessed_on=today,
        assessor="The owner",
        risk=Risk.LOW,
        risks="Few.",
        measures="Some.",
        comments="",
        clauses="",
        next_review=today.replace(year=today.year + 1, day=1),
        purposes=frozenset({"enquiry"}),
    )
    written = assessments.write_assessment(findings=findings, number=None, actor=DEVI, now=now)
    hold = retention.place_hold(record_id=asha.record_id, reason="audit", until=None, actor=DEVI, now=now)
    publish_once(tmp_path, now)
    breach = reported(detected_at=now, call=None, now=now)
    assert breach.number == written.number
    return {
        "complaint_id": complaint.pk,
        "alert_id": 2,
        "stop_id": 1,
        "grant_id": grant(now=now, expires_at=now + timedelta(days=7)),
        "hold_id": hold,
        "number": written.number,
        "request_id": make(asha.record_id, now=now).pk,
        "officer_number": BIKRAM.id,
        "kind": "preliminary",
        "freeze_id": breach.freezes.get().pk,
    }


def owners_pages():
    """Every address under /owner/ by its name, as the desk's own list of addresses has them."""
    found = [one for one in get_resolver().url_patterns if str(one.pattern).startswith("owner/")]
    assert all(isinstance(one, URLPattern) and one.name for one in found)
    return {one.name: list(one.pattern.converters) for one in found}


def addresses(busy):
    return {
        name: reverse(name, kwargs={key: busy[key] for key in keys}) for name, keys in owners_pages().items()
    }


def newest():
    return bytes(Leaf.objects.latest("position").entry)


def test_it_works(ling, busy):
    """She reads every register and no page else; whatever she posts is refused, in the log too; nothing has changed."""
    assert owners_pages().keys() >= ACTS
    for name, address in addresses(busy).items():
        before = Leaf.objects.count()
        read = ling.get(address)
        if name in ACTS:
            assert read.status_code == 403, name
            assert Leaf.objects.count() == before + 1
        else:
            assert read.status_code == 200, name
            assert Leaf.objects.count() == before, "to read is no act"
        answer = ling.post(address, {"finding": "ordinary", "outcome": "in_order", "expected": "0"})
        assert answer.status_code == 403, name
        assert "only looks" in text(answer)
        assert b'"supervisor:asked"' in newest() and b'"supervisor_only_looks"' in newest()
    assert Alert.objects.filter(acknowledged=None).count() == 1
    assert Suspension.objects.filter(lifted=None).count() == Hold.objects.filter(lifted=None).count() == 1


def test_no_form_and_no_way_to_one_is_shown_to_her(ling, busy):
    where = addresses(busy)
    for name in where.keys() - ACTS:
        page = text(ling.get(where[name]))
        assert re.findall(r'<form[^>]*method="post"[^>]*action="([^"]*)"', page) in (
            [],
            ["/officer/sign-out"],
        )
        assert page.count('method="post"') <= 1, name
        assert page.count("<button") <= 2, name  # signing out, and which days to show
        for act in ACTS:
            assert f'"{where[act]}"' not in page, (name, act)
        assert '"/officer/cases"' not in page


def test_an_officer_of_the_owner_is_shown_them_still(busy):
    devi = signs_in("90013", OfficerRole.OWNER)
    where = addresses(busy)
    assert where["owner-grant-sign"] in text(devi.get(where["owner-grant"]))
    assert "Hold a record" in text(devi.get("/owner/retention"))
    assert WORDS in text(devi.get(where["owner-complaint"]))
    assert "Lift the hold" in text(devi.get("/owner/retention/holds"))


def test_an_officer_of_the_counter_gets_neither(busy):
    bikram = signs_in("20419")
    for address in addresses(busy).values():
        assert bikram.get(address).status_code in (403, 405)
        assert bikram.post(address).status_code == 403
        assert Client().get(address).headers["Location"].startswith("/officer/sign-in?next=/owner/")
        assert Client().post(address).headers["Location"].startswith("/officer/sign-in?next=/owner/")


def test_what_was_said_in_a_complaint_is_not_hers(ling, busy):
    page = text(ling.get(f"/owner/complaints/{busy['complaint_id']}"))
    assert "We are still looking into this" in page and "To be answered" in page
    assert WORDS not in page
    assert Complaint.objects.count() == 1


def test_she_opens_no_case_compares_no_card_and_confirms_nobody(ling, busy):
    for address in (
        "/officer/cases",
        "/officer/cases/new",
        "/officer/requests",
        "/officer/check",
        "/officer/breaches",
        "/officer/breaches/new",
    ):
        assert ling.get(address).status_code == 403
        assert b'"supervisor_only_looks"' in newest()
    before = Case.objects.count()
    with pytest.raises(SupervisorOnlyLooks):
        officers_case(actor=LING, now=clock.now())
    assert Case.objects.count() == before


def test_no_service_takes_her_word_even_without_a_page(ling, busy):
    now = clock.now()
    case = officers_case("correction", actor=BIKRAM, now=now)
    wish = Wish(case_id=case, purpose="correction", fields=frozenset({"phone"}), why="She said so.")
    request = two_persons.ask_opening(wish=wish, keys=keyring(), actor=BIKRAM, now=now)
    with pytest.raises(SupervisorOnlyLooks):
        two_persons.confirm_opening(request_id=request, actor=LING, now=now)
    assert PairRequest.objects.get().confirmed_at is None
    with pytest.raises(SupervisorOnlyLooks):
        alerts.acknowledge(alert_id=2, finding=Finding.ORDINARY, actor=LING, now=now)
    with pytest.raises(SupervisorOnlyLooks):
        retention.lift_hold(hold_id=busy["hold_id"], actor=LING, now=now)
    with pytest.raises(SupervisorOnlyLooks):
        reported(actor=LING, detected_at=now, call=None, now=now)
    with pytest.raises(SupervisorOnlyLooks):
        step(StepKind.PRELIMINARY, actor=LING, now=now)
    with pytest.raises(SupervisorOnlyLooks):
        freezing.lift(number=1, reason="Enough.", actor=LING, now=now)
    with pytest.raises(SupervisorOnlyLooks):
        affected.take_applications(number=1, applications=frozenset({"AP261100419"}), actor=LING, now=now)
    with pytest.raises(SupervisorOnlyLooks):
        owners.require_owner(LING)


def test_the_policy_cannot_let_her_open(tmp_path):
    file = tmp_path / "policy.toml"
    usual = USUAL_POLICY.read_text()
    changed = usual.replace('kinds = ["officer"]\n', 'kinds = ["officer"]\nofficers = ["supervisor"]\n', 1)
    assert changed != usual
    file.write_text(changed)
    with pytest.raises(PolicyMistakes, match="supervisor"):
        read_file(file)


def test_nothing_of_any_person_is_on_a_page(ling, busy):
    where = addresses(busy)
    record = str(Case.objects.first().record_id)
    for name in where.keys() - ACTS:
        page = text(ling.get(where[name]))
        for private in (ASHA.name, "CHAN", "A123456", ASHA.email, "91234567", "陳大文", record):
            assert private not in page, name


def test_the_owner_registers_her():
    done = CliRunner().invoke(
        commands.cli, ["register-officer", "99001", "NG Sau Ling", "--role", "supervisor"]
    )
    assert done.exit_code == 0
    assert Officer.objects.get().role == "supervisor"


def test_her_sign_in_is_a_leaf(ling):
    assert b'"officer:signed_in"' in newest()
