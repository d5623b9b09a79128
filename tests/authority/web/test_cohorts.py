"""What operators read of a change of a cohort, and holders and officers of a subscription."""

from datetime import timedelta

import pytest

from authority.web.campaigns import LIST, agreed, page_of, stepped, text
from authority.web.cohorts import decided, planned_cohort
from authority.web.world import code, issue
from chopmark.authority.kernel import clock
from chopmark.authority.revocation.models import Revocation

CHINESE = {"Accept-Language": "zh-hant"}


@pytest.fixture
def accepted(asha, submitted):
    issue(submitted)
    asha.post(f"/portal/applications/{submitted}/accept")
    return submitted


def hers(asha, reference, **more):
    return text(asha.get(f"/portal/applications/{reference}/", **more))


def a_decision(**changes):
    return decided(
        planned_cohort(**changes), type_code="personal", before=clock.now().date() + timedelta(days=2)
    )


def test_a_plan_is_read_where_it_is_agreed_to(operator, as_process):
    with as_process("operator"):
        campaign = planned_cohort()
    with as_process("web"):
        pages = [text(operator.client.get(page_of(campaign, verb))) for verb in ("", "approve")]
    for said in pages:
        assert "Certificates that are free for longer 300,000" in said
        assert "Of the type e-Cert on a smart identity card" in said
        assert "Valid from before this moment 1 April 2007, 00:00" in said
        assert "Free from the beginning, in months 36" in said
        assert "By month of issue November 2006: 2 December 2006: 299,998" in said
        assert "Holders 299,996 Of them with a page that says it 0" in said
        assert "Income foregone by the tariff, at most HK$30,000,000" in said
        assert "new certificate" not in said


def test_a_plan_is_read_in_chinese(operator):
    said = text(operator.client.get(page_of(planned_cohort(), "approve"), headers=CHINESE))
    assert "延長一批證書的免費使用期" in said
    assert "由開始日起免費的月數 36" in said
    assert "按簽發月份 2006年11月：2 2006年12月：299,998" in said


def test_it_is_begun_at_the_console_and_its_report_says_how_it_ended(operator, as_process):
    campaign = planned_cohort()
    agreed(campaign, "31088", "31102")
    assert "The workers begin at once" in text(operator.client.get(page_of(campaign, "start")))
    stepped(campaign, "started")
    with as_process("web"):
        assert "0 / 300,000 done" in text(operator.client.get(page_of(campaign)))
    decided(campaign)
    stepped(campaign, "finished")
    with as_process("web"):
        assert "300,000 / 300,000 done" in text(operator.client.get(page_of(campaign)))
        assert "Free for longer 300,000 Pending 0" in text(operator.client.get(page_of(campaign, "report")))
        assert b'"extended": 300000' in b"".join(operator.client.get(page_of(campaign, "report.json")))
        assert "Longer free period for a cohort" in text(operator.client.get(LIST))


def test_a_plan_that_would_take_something_back_is_refused_in_words(operator, monkeypatch):
    decided(planned_cohort(free_months=48, number=2))
    campaign = planned_cohort()
    agreed(campaign, "31088", "31102")
    later = clock.now() + timedelta(minutes=1)  # her authenticator shows a code that nobody has used
    monkeypatch.setattr(clock, "now", lambda: later)
    answer = operator.client.post(page_of(campaign, "start"), {"code": code(operator.key)})
    assert "An earlier decision gave some of these certificates a longer free period" in text(answer)


def test_a_holder_reads_until_when_she_has_paid(as_process, asha, accepted):
    with as_process("web"):
        said = hers(asha, accepted)
    assert "Period Paid up to and including" in said
    assert "e-Cert (Personal), one year" in said


def test_a_holder_reads_what_was_given_to_her(as_process, asha, accepted):
    a_decision(number=4)
    with as_process("web"):
        said = hers(asha, accepted)
        chinese = hers(asha, accepted, headers=CHINESE)
    assert "Period Free up to and including" in said
    assert "The free period was extended by decision C26110004." in said
    assert "免費使用期已按決定 C26110004 延長。" in chinese


def test_what_has_ended_is_said_to_have(asha, submitted):
    issue(submitted, now=clock.now() - timedelta(days=400))
    asha.post(f"/portal/applications/{submitted}/accept")
    assert "Period Ended on" in hers(asha, submitted)


def test_before_there_is_a_certificate_nothing_is_said(asha, submitted):
    assert "up to and including" not in hers(asha, submitted)


def test_an_officer_reads_it_too(as_process, intake, accepted):
    case = f"/counter/cases/{accepted}/"
    with as_process("web"):
        assert "Subscription Paid up to and including" in text(intake.client.get(case))
    a_decision()
    assert "extended by decision C26110001" in text(intake.client.get(case))
    assert "登記使用期 免費使用至" in text(intake.client.get(case, headers=CHINESE))


def test_of_a_revoked_certificate_it_has_ended(intake, asha, submitted):
    certificate = issue(submitted)
    asha.post(f"/portal/applications/{submitted}/accept")
    Revocation.objects.create(
        issuer_id=certificate.issuer_id,
        serial_number=certificate.serial_number,
        reason=4,
        revoked_at=clock.now(),
    )
    assert "Ended: the certificate is revoked" in text(intake.client.get(f"/counter/cases/{submitted}/"))
