"""The console's campaigns: read, agreed to, started, paused, watched, reported."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from authority.web.campaigns import (
    LIST,
    agreed,
    done,
    failed,
    lost,
    page_of,
    planned,
    planned_replacement,
    revoked,
    stepped,
    text,
)
from authority.web.world import Officer, code
from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.models import Campaign, CampaignApproval, CampaignFailure, CampaignStep
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import ActorKind
from chopmark.authority.participants.permissions import Role
from chopmark.authority.web.console.words import CAMPAIGN_STEPS, KINDS


def agrees(officer: Officer, campaign, *, typed: str | None = None, digest: str | None = None):
    """With the code of two steps on: the one of her sign-in is used up."""
    return officer.client.post(
        page_of(campaign, "approve"),
        {"digest": digest or bytes(campaign.digest).hex(), "code": typed or code(officer.key, steps=2)},
    )


@pytest.fixture
def wait(monkeypatch):
    """A minute on, so that an authenticator shows a code that nobody has used."""

    def on():
        now = clock.now() + timedelta(minutes=1)
        monkeypatch.setattr(clock, "now", lambda: now)

    return on


@pytest.fixture
def later(wait):
    wait()


def steps(officer: Officer, campaign, verb: str, *, typed: str | None = None):
    """With the code that her authenticator shows."""
    return officer.client.post(page_of(campaign, verb), {"code": typed or code(officer.key)})


def test_it_works(operator, as_process, wait, later):
    campaign = planned()
    agreed(campaign, "31088")
    with as_process("web"):
        assert campaign.reference in text(operator.client.get(LIST))
        assert "1 of 2 chops" in text(operator.client.get(page_of(campaign)))
        assert agrees(operator, campaign, typed=code(operator.key)).status_code == 302
        wait()
        assert steps(operator, campaign, "start").status_code == 302
        running = operator.client.get(page_of(campaign))
        assert operator.client.post(page_of(campaign, "pause")).status_code == 302
        wait()
        assert steps(operator, campaign, "resume").status_code == 302

    assert "Running" in text(running)
    assert [row.step for row in CampaignStep.objects.order_by("id")] == ["started", "paused", "resumed"]
    assert {row.officer for row in CampaignApproval.objects.all()} == {"31088", "31140"}


def test_an_operator_comes_in_at_the_console(operator):
    assert operator.client.get("/console/")["Location"] == LIST
    answer = text(operator.client.get(LIST))
    assert "No campaign was planned yet" in answer
    assert "chopmark campaign plan FILE" in answer


def test_the_console_is_for_operators(intake, registrar, visitor):
    campaign = planned()
    assert visitor.get(LIST)["Location"].startswith("/staff/sign-in")
    for officer in (intake, registrar):
        for path in (LIST, page_of(campaign), page_of(campaign, "report.json")):
            assert officer.client.get(path).status_code == 403
        assert officer.client.post(page_of(campaign, "start")).status_code == 403
    assert not CampaignStep.objects.exists()


def test_nobody_agrees_without_a_fresh_code(operator):
    campaign = planned()
    for typed in ("000000", ""):
        answer = agrees(operator, campaign, typed=typed or " ")
        assert answer.status_code == 422
    assert "six figures" in text(answer)
    assert not CampaignApproval.objects.exists()


def test_a_code_that_was_used_is_no_fresh_one(operator):
    campaign = planned()
    assert agrees(operator, campaign, typed=code(operator.key, steps=1)).status_code == 422
    assert not CampaignApproval.objects.exists()


def test_what_she_agrees_to_is_what_she_has_read(operator, later):
    campaign = planned()
    answer = agrees(operator, campaign, typed=code(operator.key), digest="ab" * 32)
    assert answer.status_code == 422
    assert "not the one that you have read" in text(answer)
    assert agrees(operator, campaign, digest="no digest").status_code == 422
    assert not CampaignApproval.objects.exists()


def test_each_agrees_once_and_sees_why_not_again(operator, later):
    campaign = planned()
    agreed(campaign, "31140")
    assert "Each operator agrees once" in text(operator.client.get(page_of(campaign)))
    assert agrees(operator, campaign, typed=code(operator.key)).status_code == 422
    assert CampaignApproval.objects.count() == 1


def test_too_few_start_nothing(operator, later):
    campaign = planned()
    agreed(campaign, "31088")
    answer = steps(operator, campaign, "start")
    assert answer.status_code == 422
    assert "Too few operators" in text(answer)


@pytest.mark.parametrize("verb", ["pause", "resume"])
def test_what_does_not_run_is_neither_paused_nor_gone_on_with(operator, verb, later):
    campaign = planned()
    answer = steps(operator, campaign, verb)
    assert answer.status_code == 422
    assert "not in a state for that" in text(answer)


@pytest.mark.parametrize("verb", ["start", "resume"])
def test_a_session_left_open_sets_nothing_going(operator, verb, as_process):
    campaign = planned()
    agreed(campaign, "31088", "31102")
    if verb == "resume":
        stepped(campaign, "paused")
    before = CampaignStep.objects.count()
    with as_process("web"):
        assert "Code from your authenticator" in text(operator.client.get(page_of(campaign, verb)))
        answers = [
            operator.client.post(page_of(campaign, verb)),
            steps(operator, campaign, verb, typed="000000"),
            steps(operator, campaign, verb),  # that of her sign-in
        ]
    assert [answer.status_code for answer in answers] == [422, 422, 422]
    assert all("six figures" in text(answer) for answer in answers)
    assert CampaignStep.objects.count() == before


def test_whoever_must_stop_a_campaign_stops_it_at_once(operator):
    campaign = planned()
    stepped(campaign, "started")
    assert "Code from your authenticator" not in text(operator.client.get(page_of(campaign, "pause")))
    assert operator.client.post(page_of(campaign, "pause")).status_code == 302


def test_what_is_asked_for_by_a_link_does_nothing(operator):
    campaign = planned()
    agreed(campaign, "31088", "31102")
    assert operator.client.get(page_of(campaign, "start")).status_code == 200
    assert not CampaignStep.objects.exists()


def test_how_far_it_is(operator, as_process):
    now = clock.now()
    campaign = planned(6000)
    agreed(campaign, "31088", "31102")
    stepped(campaign, "started", at=now - timedelta(minutes=20))
    done(campaign, 0, 1998, at=now - timedelta(minutes=10))
    done(campaign, 1, 2000, at=now - timedelta(minutes=1))
    lost(campaign, 2, 2000, at=now - timedelta(seconds=30))
    failed(campaign, 0, 4, "record_shredded")
    failed(campaign, 0, 9, "key_repeated")
    with as_process("web"):
        page = operator.client.get(page_of(campaign))
        alone = operator.client.get(page_of(campaign), headers={"HX-Request": "true"})

    for said in (text(page), text(alone)):
        assert "3,998 / 6,000" in said
        assert "Pending 2,000" in said
        assert "Failed 2" in said
        assert "The record was destroyed 1" in said
        assert "Lost in a crash, revoked 2,000" in said
        assert "Double 0" in said
        assert "Rate 6.7 a second Time left 5 min 00 s" in said  # 2,000 in the last five minutes
    assert "<html" in page.content.decode()
    assert "<html" not in alone.content.decode()
    assert "data-live" in alone.content.decode()
    assert "HX-Request" in page["Vary"]


def test_a_line_that_was_made_twice_is_seen(operator):
    now = clock.now()
    campaign = planned(3)
    stepped(campaign, "started", at=now)
    done(campaign, 0, 3, at=now)
    done(campaign, 0, 3, at=now, attempt=1)
    assert "Double 3" in text(operator.client.get(page_of(campaign)))


def test_what_is_paused_has_no_rate_and_is_not_refreshed(operator):
    now = clock.now()
    campaign = planned(4000)
    stepped(campaign, "started", at=now - timedelta(minutes=2))
    done(campaign, 0, 2000, at=now - timedelta(minutes=1))
    stepped(campaign, "paused", at=now)
    page = operator.client.get(page_of(campaign))
    assert "Rate – Time left –" in text(page)
    assert "data-live" not in page.content.decode()
    assert "data-refresh" not in page.content.decode()


def replaced(*, then: str = "report") -> Campaign:
    """Of ten, four have new certificates, and of two lines nothing came; six have no line."""
    now = clock.now()
    campaign = planned_replacement(10, lines=6, then=then)
    agreed(campaign, "31088", "31102")
    stepped(campaign, "started", at=now - timedelta(minutes=20))
    done(campaign, 0, 4, at=now - timedelta(minutes=10))
    for place in (4, 5):
        failed(campaign, 0, place, "record_unknown")
    return campaign


def test_a_replacement_that_waits_for_its_day_has_done_nothing_yet(operator, as_process):
    campaign = replaced()
    with as_process("web"):
        page = operator.client.get(page_of(campaign))
        listed = operator.client.get(LIST)
    said = text(page)
    assert "0 / 10 done" in said
    assert "They go by 1 Mar 2027, 00:00" in said
    assert "Time left" not in said
    assert "Pending 10 New certificates made 4 Without a new key, kept 0 Failed lines 2" in said
    assert 'max="10" value="0"' in page.content.decode()
    assert 'max="10" value="0"' in listed.content.decode()


def test_a_replacement_that_is_over_says_what_became_of_old_and_new(operator, as_process):
    campaign = replaced()
    now = clock.now()
    revoked(campaign, 1, 4, at=now)  # one of its six was revoked by her herself
    revoked(campaign, 2, 0, at=now)
    failed(campaign, 1, 5, "unreachable")
    for place in range(4):
        failed(campaign, 2, place, "unreachable")
    stepped(campaign, "finished")
    with as_process("web"):
        page = text(operator.client.get(page_of(campaign)))
        sheet = text(operator.client.get(page_of(campaign, "report")))
    assert "4 / 10 done" in page
    assert "Pending 0 New certificates made 4 Without a new key, kept 5" in page
    assert "revoked already 1 Failed lines 2" in page
    certificates = sheet[
        sheet.index("What became of the certificates") : sheet.index("What became of the lines")
    ]
    assert "Revoked 4 Pending 0 Without a new key, kept 5" in certificates
    assert "1 Together 10" in certificates
    assert "New certificates made 4 Pending 0 Failed: The owner has no such record 2 Together 6" in sheet


def test_whoever_was_not_reached_is_found_one_by_one(operator):
    campaign = planned_replacement(3, lines=3)
    stepped(campaign, "started")
    assert "one by one" not in text(operator.client.get(page_of(campaign)))
    failed(campaign, 2, 0, "unreachable")
    assert "Failed lines, one by one" in text(operator.client.get(page_of(campaign)))
    assert "Nobody brought a new key" in text(operator.client.get(page_of(campaign, "failures")))


def test_failed_lines_are_named_by_chunk_and_place(operator, as_process):
    campaign = planned(200_000)
    for place in range(60):
        failed(campaign, 7, place, "record_unknown")
    with as_process("web"):
        first = text(operator.client.get(page_of(campaign, "failures")))
        second = text(operator.client.get(page_of(campaign, "failures?page=2")))
    assert "8 1 The owner has no such record" in first
    assert "8 51 The owner has no such record" not in first
    assert "8 60 The owner has no such record" in second


def test_a_code_that_nobody_worded_stands_as_it_is(operator):
    campaign = planned()
    failed(campaign, 0, 0, "something_new")
    assert "something_new" in text(operator.client.get(page_of(campaign, "failures")))


def test_the_report_is_the_terminals(operator, as_process):
    campaign = planned()
    agreed(campaign, "31088", "31102")
    stepped(campaign, "started")
    done(campaign, 0, 2, at=clock.now())
    failed(campaign, 0, 1, "key_repeated")
    stepped(campaign, "finished")
    with as_process("web"):
        file = operator.client.get(page_of(campaign, "report.json"))
        sheet = text(operator.client.get(page_of(campaign, "report")))
    said = json.loads(file.getvalue())
    assert (said["issued"], said["failed"], said["pending"]) == (2, {"key_repeated": 1}, 0)
    assert said["failed_lines"] == {f"CP{campaign.pk:04d}000000001": "key_repeated"}
    assert "attachment" in file["Content-Disposition"]
    assert "Failed: The key is in use already 1" in sheet
    assert "commits to the digest of the report" in sheet


@pytest.mark.parametrize("count", [0, 1, 1001])
def test_the_report_is_sent_while_it_is_read(operator, as_process, count):
    campaign = planned(2000)
    CampaignFailure.objects.bulk_create(
        CampaignFailure(
            campaign_id=campaign.pk, number=0, place=place, code="key_repeated", failed_at=clock.now()
        )
        for place in range(count)
    )
    with as_process("web"):
        file = operator.client.get(page_of(campaign, "report.json"))
        assert file.streaming
        said = file.getvalue().decode()
    assert file["Content-Type"] == "application/json"
    assert said == json.dumps(selectors.report(selectors.by_reference(campaign.reference)), indent=2)


def test_a_page_counts_what_failed_and_reads_none_of_it(operator):
    campaign = planned(3000)
    stepped(campaign, "started")
    for place in range(3):
        failed(campaign, 0, place, "key_repeated")
    with CaptureQueriesContext(connection) as asked:
        assert "Failed 3" in text(operator.client.get(page_of(campaign)))
        assert selectors.chunks_to_do(campaign.pk) == [0, 1]
    of_failures = [one["sql"] for one in asked if "campaigns_campaignfailure" in one["sql"]]
    assert of_failures
    assert all("GROUP BY" in sql or "LIMIT 1" in sql for sql in of_failures)


def test_a_number_that_nobody_gave_is_not_found(operator):
    for verb in ("", "approve", "start", "failures", "report", "report.json"):
        assert operator.client.get(f"{LIST}C26119999/{verb}").status_code == 404


def test_a_long_list_has_pages(operator):
    for number in range(1, 23):
        planned(number=number)
    assert "C26110022" in text(operator.client.get(LIST))
    second = text(operator.client.get(f"{LIST}?page=2"))
    assert "C26110001" in second
    assert "C26110022" not in second


def test_every_kind_and_step_has_a_word():
    assert set(Campaign.Kind.values) <= set(KINDS)
    assert set(CAMPAIGN_STEPS) == set(CampaignStep.Step.values)


def test_operators_of_the_authority_are_sent_to_the_console(db):
    officer = Officer("31141", Role.OPERATOR, ActorKind.OPERATOR).enter()
    assert officer.client.get("/console/").status_code == 302
