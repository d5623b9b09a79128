"""A cohort that operators gave a longer free period."""

import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import ProgrammingError, connection, transaction

from chopmark.authority.campaigns import cohort_planning, extending, handlers, services
from chopmark.authority.campaigns.cohort_planning import Extending
from chopmark.authority.campaigns.errors import CampaignMoved, CampaignNotApproved, EverythingMatches
from chopmark.authority.campaigns.matching import Matching
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.custody.errors import IssuerUnknown
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.participants.errors import PermissionMissing
from chopmark.authority.subscriptions.errors import (
    CohortNotARule,
    CohortOpen,
    PeriodNotLonger,
    PeriodShortened,
)
from chopmark.authority.subscriptions.models import CohortDecision
from chopmark.authority.subscriptions.selectors import subscription_of
from chopmark.authority.transparency.keys import own_key
from chopmark.config.audit.cohorts import check_cohorts
from chopmark.config.campaigns import _write_signed
from chopmark.pki.crl import CRLReason
from chopmark.verifier.proof_files import check_file
from oracle import ask
from world import NOON, WORKER, at, last_leaf, last_payload, leaves

LATER = NOON + timedelta(hours=1)
BEFORE_2027 = datetime(2026, 12, 31, 16, tzinfo=UTC)  # midnight in Hong Kong
SMART = Matching(type_code="smart-id", issued_before=BEFORE_2027)


def plans(drive, free_months=36, matching=SMART, actor=None, now=LATER):
    wanted = Extending(matching=matching, free_months=free_months)
    with at("operator"):
        planned = cohort_planning.dry_run(wanted, now=now)
        return services.write_cohort_change(
            wanted=wanted, planned=planned, actor=actor or drive.operators()[0], now=now
        )


def running(drive, **changes):
    campaign = plans(drive, **changes)
    drive.approves(campaign)
    drive.starts(campaign)
    return campaign


def takes_effect(campaign, now=LATER):
    with at("worker"):
        return extending.work(campaign.pk, now=now)


def extended(drive, **changes):
    campaign = running(drive, **changes)
    assert takes_effect(campaign)
    return campaign


def ends(certificate=None):
    with at("web"):
        found = subscription_of(certificate or Certificate.objects.order_by("id").first())
    return found.until.date().isoformat(), found.is_free, found.decision


def issues(world, drive, people=3, **changes):
    campaign = drive.plans([drive.line(drive.person()) for _ in range(people)], **changes)
    drive.approves(campaign)
    drive.starts(campaign)
    drive.works(campaign)
    world.turns()
    with at("worker"):
        handlers.go_on(actor=WORKER, now=NOON)
    world.turns()
    return campaign


def tampered(sql):
    """Somebody who owns the tables switches their triggers off for a moment."""
    table = sql.split()[1 if sql.startswith("update") else 2]
    with connection.cursor() as cursor:
        cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(sql)
        cursor.execute(f"alter table {table} enable trigger user")


@pytest.fixture
def smart(world, drive):
    """Three cards with certificates, whose first year is free."""
    return issues(world, drive, type_code="smart-id")


def test_it_works(world, drive, smart):
    assert ends() == ("2027-11-16", True, None)
    campaign = running(drive)
    assert ends() == ("2027-11-16", True, None)
    assert takes_effect(campaign)

    assert [ends(one) for one in Certificate.objects.all()] == [("2029-11-16", True, campaign.reference)] * 3
    assert last_leaf()["tag"] == "subscription:extended"
    assert last_leaf()["public"] == {"free_months": 36, "type": "smart-id", "issued_before": "2027-01-01"}
    assert last_payload()["campaign"] == campaign.reference


def test_all_is_in_order_afterwards(world, drive, smart):
    campaign = running(drive)
    world.turns(now=LATER, rounds=20)

    assert drive.report(campaign).state == "finished"
    assert drive.report(campaign).as_json()["extended"] == 3
    told = [leaf["public"] for leaf in leaves() if leaf["tag"] == "campaign:finished"]
    assert told[-1] == {"report_sha256": drive.report(campaign).report_sha256}
    assert CohortDecision.objects.count() == 1
    ask(LATER + timedelta(minutes=30))


def test_it_takes_effect_once(drive, smart):
    campaign = extended(drive)
    assert not takes_effect(campaign)
    with at("worker"), pytest.raises(CampaignMoved):
        extending.take_effect(campaign=campaign, actor=WORKER, now=LATER)
    assert CohortDecision.objects.count() == 1


def test_the_plan_says_whom_it_is_about_and_what_it_costs(world, drive, smart):
    facts = plans(drive).facts
    assert (facts["certificates"], facts["holders"], facts["kept"], facts["begin_again"]) == (3, 3, 0, 0)
    assert facts["holders_with_page"] == 0  # nobody of a campaign has a login
    assert (facts["types"], facts["outlets"]) == ({"smart-id": 3}, {"none": 3})
    assert facts["months"] == {"2026-11": 3}
    # Two further years at the tariff of fifty dollars, which nobody pays now.
    assert (facts["income_foregone_minor"], facts["currency"]) == (3 * 2 * 5000, "HKD")
    assert plans(drive, free_months=18).facts["income_foregone_minor"] == 3 * 2500


def test_a_year_that_is_over_is_no_income_any_more(drive, smart):
    """Planned when the second year is over too: only the third is still to come."""
    facts = plans(drive, now=NOON + timedelta(days=740)).facts
    assert (facts["begin_again"], facts["income_foregone_minor"]) == (3, 3 * 5000)


def test_what_is_revoked_or_of_others_is_left_out(world, drive, smart):
    issues(world, drive, people=1)
    first = bytes(Certificate.objects.order_by("id").first().serial_number)
    gone = drive.plans_revocation(Matching(serial_numbers=frozenset({first})), CRLReason.SUPERSEDED)
    drive.approves(gone)
    drive.starts(gone)
    assert drive.revokes(gone)
    facts = plans(drive, matching=Matching(issued_before=BEFORE_2027), now=LATER).facts
    assert (facts["types"], facts["already_revoked"]) == ({"personal": 1, "smart-id": 2}, 1)
    assert facts["holders"] == 3
    later = plans(drive, matching=SMART, now=LATER).facts
    assert later["certificates"] == 2


def test_of_two_decisions_the_longer_counts(drive, smart):
    extended(drive, free_months=24)
    assert ends()[0] == "2028-11-16"
    second = extended(drive, free_months=36)
    assert ends() == ("2029-11-16", True, second.reference)


def test_nothing_is_taken_back(drive, smart):
    extended(drive)
    others = Matching(issued_before=BEFORE_2027 + timedelta(days=365))
    with pytest.raises(PeriodShortened) as refused:
        plans(drive, free_months=24, matching=others)
    assert refused.value.details["free_months"] == 36
    assert CohortDecision.objects.count() == 1


def test_a_plan_that_was_overtaken_is_not_started(drive, smart):
    slow = plans(drive, free_months=24)
    drive.approves(slow)
    extended(drive)
    with pytest.raises(PeriodShortened):
        drive.starts(slow)


def test_one_that_is_overtaken_after_its_start_waits_for_an_operator(drive, smart):
    slow = running(drive, free_months=24)
    extended(drive)
    assert not takes_effect(slow)
    assert drive.report(slow).state == "paused"
    assert CohortDecision.objects.count() == 1
    assert [leaf for leaf in leaves() if leaf.get("refused") == "period_shortened"]


def test_a_paused_one_does_not_take_effect(drive, smart):
    campaign = running(drive)
    with at("operator"):
        services.pause(reference=campaign.reference, actor=drive.operators()[0], now=LATER)
    assert not takes_effect(campaign)
    with at("operator"):
        services.resume(reference=campaign.reference, actor=drive.operators()[1], now=LATER)
    assert takes_effect(campaign)


def test_nobody_begins_it_without_approval(drive, smart):
    campaign = plans(drive)
    drive.approves(campaign, drive.operators()[0])
    with pytest.raises(CampaignNotApproved):
        drive.starts(campaign)


def test_only_operators_of_campaigns_plan_it(world, drive, smart):
    with pytest.raises(PermissionMissing):
        plans(drive, actor=world.bikram)


@pytest.mark.parametrize(
    ("matching", "refusal"),
    [
        (Matching(), EverythingMatches),
        (Matching(type_code="smart-id"), CohortOpen),
        (Matching(issued_before=BEFORE_2027 + timedelta(hours=3)), CohortNotARule),
        (Matching(issued_before=BEFORE_2027, keys=frozenset({b"k"})), CohortNotARule),
        (Matching(issued_before=BEFORE_2027 - timedelta(days=365)), PeriodNotLonger),
    ],
)
def test_what_is_no_cohort_is_refused(drive, smart, matching, refusal):
    with pytest.raises(refusal):
        plans(drive, matching=matching)
    assert Campaign.objects.count() == 1


def test_a_cohort_by_the_campaign_that_made_it(world, drive, smart):
    others = issues(world, drive, people=1, type_code="smart-id")
    campaign = extended(drive, matching=Matching(campaign=others.reference))
    assert campaign.count == 1
    assert CohortDecision.objects.get().type_code == "smart-id"
    assert [ends(one)[2] for one in Certificate.objects.order_by("id")] == [None] * 3 + [campaign.reference]


def test_terms_that_nobody_approved_do_not_take_effect(drive, smart):
    campaign = running(drive)
    tampered("update campaigns_campaignterms set terms = jsonb_set(terms, '{free_months}', '600')")
    assert not takes_effect(campaign)
    assert not CohortDecision.objects.exists()
    assert drive.report(campaign).state == "paused"


def test_the_audit_finds_every_decision_in_order(drive, smart):
    extended(drive, free_months=24)
    extended(drive)
    assert list(check_cohorts()) == []


A_SHORTER_ONE = """
    insert into subscriptions_cohortdecision
        (campaign_id, reference, digest, type_code, before_day, free_months, decided_at)
    select 99, 'C26119999', digest, '', before_day, 12, decided_at from subscriptions_cohortdecision
"""


@pytest.mark.parametrize(
    ("sql", "sentence"),
    [
        ("update subscriptions_cohortdecision set free_months = 48", "longer, than its plan says"),
        ("update subscriptions_cohortdecision set before_day = '2030-01-01'", "it is about others"),
        ("update subscriptions_cohortdecision set digest = decode('00', 'hex')", "digest of its plan"),
        ("update subscriptions_cohortdecision set campaign_id = 1", "no campaign of this number"),
        ("delete from campaigns_campaignapproval where officer = '31102'", "fewer operators"),
        ("delete from campaigns_campaignstep", "nobody started"),
        ("delete from subscriptions_cohortdecision", "no decision is there"),
        ("delete from audit_payload", "does not tell of it"),
        (
            A_SHORTER_ONE,
            "it gives less than",
        ),
    ],
)
def test_the_audit_finds_a_decision_that_is_not_what_was_approved(world, drive, smart, sql, sentence):
    running(drive)
    world.turns(now=LATER, rounds=20)
    tampered(sql)
    assert sentence in " ".join(str(fault) for fault in check_cohorts())


def test_the_log_stands_for_its_report(world, drive, smart, tmp_path):
    campaign = running(drive)
    world.turns(now=LATER, rounds=20)
    _write_signed(campaign, tmp_path)

    report = (tmp_path / f"{campaign.reference}.json").read_bytes()
    proof = (tmp_path / f"{campaign.reference}.tlog-proof").read_bytes()
    (proved,) = check_file(proof, key=own_key(), witnesses=(), quorum=0)
    assert proved.leaf.public == {"report_sha256": hashlib.sha256(report).hexdigest()}
    said = json.loads(report)
    assert (said["count"], said["extended"], said["facts"]["free_months"]) == (3, 3, 36)


@pytest.mark.parametrize("role", ["web", "operator", "signer"])
def test_who_approves_cannot_write_what_was_decided(world, drive, smart, role):
    campaign = running(drive)
    with at(role), pytest.raises(ProgrammingError), transaction.atomic():
        CohortDecision.objects.create(
            campaign_id=campaign.pk,
            reference=campaign.reference,
            digest=campaign.digest,
            before_day=BEFORE_2027.date(),
            free_months=36,
            decided_at=LATER,
        )


def test_who_writes_what_was_decided_cannot_approve(drive, smart):
    campaign = plans(drive)
    with at("worker"), pytest.raises(ProgrammingError), transaction.atomic():
        services.approve(
            reference=campaign.reference,
            digest=bytes(campaign.digest),
            actor=drive.operators()[0],
            now=LATER,
        )


@pytest.mark.parametrize("refusal", [CohortNotARule, IssuerUnknown])
def test_whatever_it_is_refused_for_it_is_paused(drive, smart, monkeypatch, refusal):
    def refuse(_):
        raise refusal

    campaign = running(drive)
    monkeypatch.setattr(extending, "cohort_of", refuse)
    assert not takes_effect(campaign)
    assert drive.report(campaign).state == "paused"


def test_one_that_fails_keeps_no_other_waiting(drive, smart, monkeypatch):
    broken, good = running(drive), running(drive, free_months=48)
    usual = handlers.queue_offers

    def fails(campaign_id, now):
        if campaign_id == broken.pk:
            raise ZeroDivisionError
        usual(campaign_id, now)

    monkeypatch.setattr(handlers, "queue_offers", fails)
    with at("worker"):
        handlers.go_on(actor=WORKER, now=LATER)
    assert (drive.report(broken).state, drive.report(good).state) == ("running", "finished")
