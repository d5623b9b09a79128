"""The pages of the register of breaches: an officer reports, the owner goes on, the subject reads in her history."""

from datetime import timedelta

import pytest
from desk_stage import signs_in, text
from django.test import Client
from owners_stage import home
from people import ASHA, ERRAND, WORKER, asha_applies, asked

from chopmark.pki.tlog.checkpoint import open_checkpoint
from chopmark.strongroom import clock
from chopmark.strongroom.actors import WATCH
from chopmark.strongroom.breaches import overdue
from chopmark.strongroom.breaches.models import Breach, BreachStep, FreezeLift, FrozenRecord, StepKind
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.log.publishing import publish_once
from chopmark.strongroom.policy.models import Alert, Hold, Suspension
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import openings
from chopmark.strongroom.services.submit import HERE

pytestmark = pytest.mark.usefixtures("strongroom")
PRIVATE = (ASHA.name, "CHAN", "A123456", ASHA.email, "91234567", "陳大文")
OWNERS = ["/owner/breaches", "/owner/breaches?show=all", "/owner/breaches/new"]
OF_ONE = [
    "/owner/breaches/1",
    "/owner/breaches/1/records",
    "/owner/breaches/1/applications",
    "/owner/breaches/1/lift",
    *(f"/owner/breaches/1/steps/{kind.value}" for kind in StepKind if kind is not StepKind.TAKEN_OVER),
]


def moment(name, at):
    """What a browser sends for a day and a time."""
    here = at.astimezone(HERE)
    return {
        f"{name}_on_day": here.day,
        f"{name}_on_month": here.month,
        f"{name}_on_year": here.year,
        f"{name}_at": f"{here:%H:%M}",
    }


def form(**changes):
    at = clock.now() - timedelta(minutes=30)
    usual = {"kind": "disclosed", "what": "A list was sent to a wrong address.", "people": "2"}
    return usual | moment("detected", at) | changes


@pytest.fixture
def bikram():
    return signs_in("20417")


@pytest.fixture
def devi():
    return signs_in("90011", OfficerRole.OWNER)


@pytest.fixture
def asha():
    return home(asha_applies(now=clock.now()))


@pytest.fixture
def breach(bikram, asha):
    """Bikram reported it, and named Asha's record."""
    sent = form(applications=ERRAND.reference)
    assert bikram.post("/officer/breaches/new", sent).headers["Location"] == "/officer/breaches"
    return Breach.objects.get()


def test_it_works(bikram, devi, asha):
    page = text(bikram.get("/officer/breaches/new"))
    assert "within 60 minutes" in page
    sent = form(whom="Records office, 90011", applications=f" ap 2611 00419 \n{ERRAND.reference}")
    sent |= moment("called", clock.now() - timedelta(minutes=10))
    assert bikram.post("/officer/breaches/new", sent).status_code == 302
    page = text(bikram.get("/officer/breaches"))
    assert "BR-001" in page and "Open" in page
    page = text(devi.get("/owner/breaches"))
    assert "BR-001" in page and "Preliminary report in writing" in page
    page = text(devi.get("/owner/breaches/1"))
    assert "wrong address" in page and "Records office, 90011" in page and "Done in time" in page
    assert FrozenRecord.objects.count() == 1


@pytest.mark.parametrize("address", [*OWNERS, "/officer/breaches", "/officer/breaches/new"])
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_page_is_there_when_nothing_has_happened(devi, address, language):
    page = devi.get(address, {"lang": language})
    assert page.status_code == 200
    assert ('<html lang="zh-Hant-HK"' in text(page)) == (language == "zh-hant")


@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_every_page_of_one_is_there_and_names_nobody(devi, breach, asha, language):
    for address in OF_ONE:
        page = devi.get(address, {"lang": language})
        assert page.status_code == 200, address
        assert not any(private in text(page) for private in (*PRIVATE, str(asha.record_id)))
    assert devi.get("/owner/breaches/7").status_code == 404
    assert devi.get("/owner/breaches/1/steps/taken_over").status_code == 404
    assert devi.get("/owner/breaches/1/steps/rumour").status_code == 404


def test_a_stranger_signs_in_first_and_an_officer_of_the_counter_stays_out(breach, bikram):
    for address in (*OWNERS, *OF_ONE):
        assert Client().get(address).headers["Location"].startswith("/officer/sign-in?next=/owner/")
        assert bikram.get(address).status_code == 403
    assert Client().get("/officer/breaches/new").headers["Location"].startswith("/officer/sign-in")


def test_a_supervisors_officer_reads_and_changes_nothing(breach):
    ling = signs_in("99001", OfficerRole.SUPERVISOR)
    page = text(ling.get("/owner/breaches/1"))
    assert "wrong address" in page and "/owner/breaches/1/steps/" not in page and "Take it over" not in page
    assert ling.get("/owner/breaches").status_code == 200
    for address in ("/owner/breaches/new", *OF_ONE[1:], "/officer/breaches", "/officer/breaches/new"):
        assert ling.get(address).status_code == 403
    for address in ("take-over", "freeze", "lift", "steps/preliminary"):
        assert ling.post(f"/owner/breaches/1/{address}", {"words": "x", "reason": "x"}).status_code == 403
    assert not BreachStep.objects.exists() and not FreezeLift.objects.exists()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"kind": ""}, "Choose what happened"),
        ({"what": " "}, "Write what is known so far"),
        ({"what": "Her card is A123456(3)."}, "the register names no person"),
        ({"people": "two"}, "as figures"),
        ({"people": "-1"}, "as figures"),
        ({"detected_at": "noon"}, "such as 16:00"),
        ({"detected_on_year": "2999"}, "Enter a moment that has come"),
        ({"applications": "nothing"}, "each on a line of its own"),
        ({"applications": "AP000000000"}, "no record has come with one of them"),
        ({"whom": "90011"}, "Enter the day and the time of the call"),
        ({"called_at": "10:00"}, "Write whom you told"),
        (
            {"whom": "90011", "called_on_day": "1", "called_on_month": "1", "called_on_year": "2020", "called_at": "10:00"},
            "not before the breach was detected",
        ),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_said_at_the_field(bikram, changes, said):
    answer = bikram.post("/officer/breaches/new", form(**changes))
    assert answer.status_code == 422 and said in text(answer)
    assert not Breach.objects.exists()


def test_who_was_stopped_for_guessing_reports_all_the_same_without_numbers(bikram, asha):
    Suspension.objects.create(leaf_id=1, pattern="guessing_cases", asker="desk/20417", began_at=clock.now())
    answer = bikram.post("/officer/breaches/new", form(applications=ERRAND.reference))
    assert answer.status_code == 422 and "Asking has been stopped" in text(answer)
    assert bikram.post("/officer/breaches/new", form()).status_code == 302


def test_the_owner_reports_one_herself(devi):
    assert devi.post("/owner/breaches/new", form()).headers["Location"] == "/owner/breaches/1"
    assert devi.post("/owner/breaches/new", form(kind="")).status_code == 422


def test_the_owner_takes_it_through_to_its_end(devi, breach):
    at = clock.now()
    assert devi.post("/owner/breaches/1/take-over").headers["Location"] == "/owner/breaches/1"
    for kind, sent in (
        ("preliminary", {"words": "What we know.", "people": "3"}),
        ("interim", {"words": "Still looking."}),
        ("telephone", {"words": "Records office", **moment("done", at)}),
        ("commissioner", {"reference": "DBN/118", **moment("done", at)}),
        ("people", {"words": "By letter.", "people": "3", **moment("done", at)}),
        ("resolved", {"words": "Address corrected.", **moment("done", at)}),
        ("post_incident", {"words": "What we learnt."}),
    ):
        answer = devi.post(f"/owner/breaches/1/steps/{kind}", sent)
        assert answer.status_code == 302, (kind, text(answer))
    page = text(devi.get("/owner/breaches/1"))
    for words in ("What we know.", "DBN/118", "By letter.", "What we learnt.", "Officer 90011"):
        assert words in page
    assert "To be done" not in page
    assert "Nothing; evidence is frozen" in text(devi.get("/owner/breaches"))
    assert devi.post("/owner/breaches/1/lift", {"reason": ""}).status_code == 422
    assert devi.post("/owner/breaches/1/lift", {"reason": "All is told."}).status_code == 302
    assert "BR-001" not in text(devi.get("/owner/breaches"))
    assert "BR-001" in text(devi.get("/owner/breaches?show=all"))
    assert "All is told." in text(devi.get("/owner/breaches/1"))
    assert devi.post("/owner/breaches/1/freeze").status_code == 302
    assert "Frozen" in text(devi.get("/owner/breaches/1"))


def test_a_step_that_cannot_be_is_said(devi, breach):
    answer = devi.post("/owner/breaches/1/steps/people", {"words": "By letter."})
    assert answer.status_code == 422
    assert "Enter how many people, as figures" in text(answer) and "Enter the time" in text(answer)
    late = moment("done", clock.now() + timedelta(days=2))
    assert devi.post("/owner/breaches/1/steps/resolved", {"words": "So.", **late}).status_code == 422
    early = moment("done", clock.now() - timedelta(days=2))
    assert devi.post("/owner/breaches/1/steps/resolved", {"words": "So.", **early}).status_code == 422
    assert devi.post("/owner/breaches/1/steps/post_incident", {"words": "So."}).status_code == 409
    assert not BreachStep.objects.exists()


def test_the_owner_counts_what_an_officer_opened_and_takes_it(devi, bikram, asha):
    devi.post("/owner/breaches/new", form())
    now = clock.now()
    openings.open_fields(asked=asked(asha.case_id, "name"), keys=keyring(), actor=WORKER, now=now)
    sent = {"officer": WORKER.id, "outlet": ""}
    sent |= moment("begins", now - timedelta(hours=1)) | moment("ends", now + timedelta(minutes=2))
    page = text(devi.post("/owner/breaches/1/records", sent))
    assert "Take 1 record<" in page
    assert not FrozenRecord.objects.exists()
    assert devi.post("/owner/breaches/1/records", sent | {"expected": "4"}).status_code == 422
    assert devi.post("/owner/breaches/1/records", sent | {"expected": "1"}).status_code == 302
    assert FrozenRecord.objects.get().hold.record_id == asha.record_id
    assert "There is nothing to take." in text(devi.post("/owner/breaches/1/records", sent))
    swapped = sent | moment("ends", now - timedelta(hours=2))
    assert devi.post("/owner/breaches/1/records", swapped).status_code == 422
    answer = devi.post("/owner/breaches/1/applications", {"applications": ERRAND.reference})
    assert answer.status_code == 422
    assert devi.post("/owner/breaches/1/applications", {"applications": "AP000000000"}).status_code == 422


def test_such_a_hold_is_shown_with_its_breach_and_lifted_there(devi, breach):
    page = text(devi.get("/owner/retention/holds"))
    assert "its evidence is frozen" in page and "BR-001" in page and "/lift" not in page
    hold = Hold.objects.get()
    assert devi.get(f"/owner/retention/holds/{hold.pk}/lift").status_code == 409
    assert devi.post(f"/owner/retention/holds/{hold.pk}/lift").status_code == 409


def test_what_is_overdue_is_an_alert_that_leads_to_the_breach(devi, breach):
    late = clock.now() + timedelta(days=3)
    assert overdue.tell_owner(actor=WATCH, now=late) == 2
    page = text(devi.get("/owner/alerts"))
    assert "A report of a breach that is overdue" in page and "Breach BR-001" in page
    alert = Alert.objects.get(purpose="preliminary")
    page = text(devi.get(f"/owner/alerts/{alert.pk}"))
    assert "Preliminary report in writing" in page and "/owner/breaches/1" in page
    assert devi.post(f"/owner/alerts/{alert.pk}", {"finding": "taken_up"}).status_code == 302


def test_what_is_overdue_stands_first_on_its_page(devi, breach, monkeypatch):
    later = clock.now() + timedelta(days=3, hours=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "Overdue" in text(devi.get("/owner/breaches/1"))
    assert "1 day 1 h" in text(devi.get("/owner/breaches")).replace("30 min", "")


def test_the_head_that_was_pinned_is_a_file(devi, breach, asha, tmp_path):
    frozen = breach.freezes.get()
    # Nothing was signed yet when that one began.
    assert devi.get(f"/owner/breaches/1/freezes/{frozen.pk}/checkpoint").status_code == 404
    publish_once(tmp_path, clock.now())
    devi.post("/owner/breaches/new", form())
    second = Breach.objects.get(number=2).freezes.get()
    kept = devi.get(f"/owner/breaches/2/freezes/{second.pk}/checkpoint")
    assert open_checkpoint(kept.content.decode(), own_key()).size == second.tree_size > 0
    assert devi.get(f"/owner/breaches/1/freezes/{second.pk}/checkpoint").status_code == 404


def reads(asha):
    """Asha signs in to her history."""
    client = Client()
    assert client.post("/history", {"hkid": ASHA.hkid, "code": asha.access_code}).status_code == 302
    return client


def test_the_subject_reads_it_once_the_owner_marked_her_as_told(devi, breach, asha):
    her = reads(asha)
    assert "part of a breach" not in text(her.get("/history"))
    at = moment("done", clock.now())
    devi.post("/owner/breaches/1/steps/people", {"words": "By letter.", "people": "1", **at})
    page = text(her.get("/history"))
    assert "Your record was part of a breach" in page and "BR-001" in page
    assert "wrong address" not in page and "By letter" not in page
    assert "The Privacy Commissioner was told" not in page
    devi.post("/owner/breaches/1/steps/commissioner", at)
    assert "The Privacy Commissioner was told" in text(her.get("/history"))
    assert "你的紀錄涉及一宗資料事故" in text(her.get("/history", {"lang": "zh-hant"}))
