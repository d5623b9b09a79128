"""Certificates replaced by a day: new ones for whoever has a new key, and an end for the old ones."""

import pytest
from django.db import connection

from chopmark.authority.campaigns import (
    handlers,
    pacing,
    replacing,
    selectors,
    services,
    signing,
    tasks,
)
from chopmark.authority.campaigns.errors import CampaignFaulty, CampaignNotProven, ReplacementDayPassed
from chopmark.authority.campaigns.models import Campaign, CampaignChunk, CampaignFailure, RevokedChunk
from chopmark.authority.campaigns.packing import Replaced, pack_replaced, unpack_replaced
from chopmark.authority.campaigns.proof import proven_lines
from chopmark.authority.campaigns.replacement_planning import Then
from chopmark.authority.campaigns.replacing import kept
from chopmark.authority.issuance.errors import ChunkNotOurs
from chopmark.authority.issuance.models import Certificate, RefusedChunk
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.participants.errors import PermissionMissing
from chopmark.authority.revocation.models import Revocation
from chopmark.config.audit.chunks import check_revoked_chunks
from chopmark.pki.keys import KeyPolicy
from oracle import ask
from replacement_stage import (
    BY,
    DAY,
    HOUR,
    LATER,
    LINES,
    REPLACED,
    WITHOUT_KEY,
    plans,
    renewed,
    revoked,
    started,
)
from world import WORKER, at, last_leaf


def due(campaign, now):
    with at("worker"):
        return replacing.due_chunks(campaign.pk, now)


def test_it_works(world, drive, people, old):
    campaign = renewed(world, drive, people[:2])
    report = drive.report(campaign)
    assert (report.issued, report.pending, report.revoked) == (2, 3, 0)
    assert due(campaign, BY - HOUR) == []
    assert not drive.revokes(campaign, REPLACED, now=BY - HOUR)
    assert revoked() == set()
    with at("web"):  # the console shows it as the terminal does
        assert selectors.progress(campaign) == report
        assert pacing.pace(campaign, pending=3, now=LATER).double == 0
        assert selectors.report(campaign)["renewed"] == 2

    assert due(campaign, BY) == [REPLACED, WITHOUT_KEY]
    assert drive.revokes(campaign, REPLACED, now=BY)
    assert drive.revokes(campaign, WITHOUT_KEY, now=BY)

    assert revoked() == set(old[:2])
    assert set(Revocation.objects.values_list("reason", "revoked_at")) == {(4, BY)}
    report = drive.report(campaign)
    assert (report.issued, report.revoked, report.unreachable, report.pending) == (2, 2, 1, 0)
    assert (report.as_json()["renewed"], report.failed) == (2, {})
    assert list(selectors.failed_lines(campaign)) == [(old[2].hex().upper(), "unreachable")]
    assert due(campaign, BY) == []


def test_all_is_in_order_afterwards(world, drive, people):
    campaign = renewed(world, drive, people[:2])
    for chunk in (REPLACED, WITHOUT_KEY):
        drive.revokes(campaign, chunk, now=BY)
    world.turns(now=BY, rounds=20)
    with at("worker"):
        handlers.go_on(actor=WORKER, now=BY + HOUR)
    assert drive.report(campaign).state == "finished"
    world.turns(now=BY + HOUR)
    ask(BY + 2 * HOUR)


def test_the_rest_is_revoked_too_if_the_plan_says_so(world, drive, people, old):
    campaign = renewed(world, drive, people[:2], then=Then.REVOKE)
    for chunk in (REPLACED, WITHOUT_KEY):
        assert drive.revokes(campaign, chunk, now=BY)
    assert revoked() == set(old)
    report = drive.report(campaign)
    assert (report.issued, report.revoked, report.unreachable, report.pending) == (2, 3, 0, 0)


@pytest.mark.parametrize("days", [0, 7])
def test_what_was_replaced_goes_when_its_overlap_is_over(world, drive, people, old, days):
    campaign = renewed(world, drive, people[:2], overlap_days=days)
    over = LATER + days * DAY
    assert due(campaign, over - HOUR) == []
    assert due(campaign, over) == [REPLACED]
    assert drive.revokes(campaign, REPLACED, now=over)
    assert not drive.revokes(campaign, REPLACED, now=over)
    assert revoked() == set(old[:2])
    assert drive.report(campaign).pending == 1

    assert due(campaign, BY) == [REPLACED, WITHOUT_KEY]
    for chunk in (REPLACED, WITHOUT_KEY):
        assert drive.revokes(campaign, chunk, now=BY)
    report = drive.report(campaign)
    assert (report.revoked, report.unreachable, report.pending) == (2, 1, 0)
    assert not list(check_revoked_chunks())


def test_the_day_comes_before_a_longer_overlap(world, drive, people):
    campaign = renewed(world, drive, people, overlap_days=60)
    assert due(campaign, BY) == [REPLACED]


def test_nothing_of_it_ends_while_a_line_is_on_its_way(drive, people):
    campaign = started(drive, people[:2])
    assert due(campaign, BY) == []
    drive.works(campaign, LINES, now=LATER)
    assert due(campaign, BY) == []
    assert not drive.revokes(campaign, WITHOUT_KEY, now=BY)


def test_whose_line_failed_keeps_her_certificate_or_loses_it_as_the_plan_says(world, drive, people, old):
    del drive.owner.lines[people[0]]
    campaign = started(drive, people)
    drive.works(campaign, LINES, now=LATER)
    with at("signer"):
        assert signing.run_once(token=world.token, now=LATER, claimer=1) == 2
    assert drive.revokes(campaign, REPLACED, now=BY)
    assert revoked() == set(old[1:])
    report = drive.report(campaign)
    assert (report.failed, report.unreachable, report.pending) == ({"record_unknown": 1}, 1, 0)
    assert {code for _, code in selectors.failed_lines(campaign)} == {"record_unknown", "unreachable"}


@pytest.mark.parametrize("then", Then)
def test_whose_line_the_signer_refused_keeps_her_certificate(world, drive, people, old, then, monkeypatch):
    """A signer with another pack would sign none of two thousand: nobody loses hers over it, or is said to have no key."""

    def another_pack(*_):
        raise ChunkNotOurs(rule="bytes")

    monkeypatch.setattr(signing, "_as_we_would", another_pack)
    campaign = started(drive, people[:2], then=then)
    drive.works(campaign, LINES, now=LATER)
    with at("signer"):
        assert signing.run_once(token=world.token, now=LATER, claimer=1) == 0
    for chunk in (REPLACED, WITHOUT_KEY):
        assert drive.revokes(campaign, chunk, now=BY)

    assert revoked() == (set(old[2:]) if then is Then.REVOKE else set())
    report = drive.report(campaign)
    assert (report.failed, report.pending) == ({"line_refused": 2}, 0)
    assert report.unreachable == (then is Then.REPORT)
    assert not list(check_revoked_chunks())
    octets = bytes(CampaignChunk.objects.get(campaign_id=campaign.pk, number=REPLACED).items)
    assert {one.serial_number for one in kept(campaign, REPLACED, octets)} == set(
        old[:2]
    )  # as the audit asks
    with at("worker"):
        handlers.go_on(actor=WORKER, now=BY)
    assert drive.report(campaign).state == "finished"


@pytest.mark.parametrize("code", ["kek_unknown", "record_limit_reached"])
def test_whose_record_was_shut_for_a_time_keeps_her_certificate(world, drive, people, old, code):
    drive.owner.lines[people[0]] = code
    campaign = started(drive, people, then=Then.REVOKE)
    drive.works(campaign, LINES, now=LATER)
    with at("signer"):
        assert signing.run_once(token=world.token, now=LATER, claimer=1) == 2
    assert drive.revokes(campaign, REPLACED, now=BY)
    assert revoked() == set(old[1:])
    assert (old[0].hex().upper(), "line_refused") in selectors.failed_lines(campaign)


def test_a_new_certificate_that_was_revoked_replaces_nothing(world, drive, people, old):
    campaign = renewed(world, drive, people)
    new = Certificate.objects.order_by("id").last()
    Revocation.objects.create(
        issuer_id=new.issuer_id, serial_number=bytes(new.serial_number), reason=1, revoked_at=LATER
    )
    drive.revokes(campaign, REPLACED, now=BY)
    assert revoked() == {*old[:2], bytes(new.serial_number)}
    assert CampaignFailure.objects.get().code == "unreachable"


def test_what_was_revoked_meanwhile_stays_as_it_is(world, drive, people, old):
    campaign = renewed(world, drive, people)
    issuer_id = Certificate.objects.first().issuer_id
    Revocation.objects.create(issuer_id=issuer_id, serial_number=old[0], reason=1, revoked_at=LATER)
    drive.revokes(campaign, REPLACED, now=BY)
    assert Revocation.objects.get(serial_number=old[0]).reason == 1
    report = drive.report(campaign)
    assert (report.revoked, report.unreachable, report.pending) == (2, 0, 0)
    assert report.failed == {"already_revoked": 1}


def test_a_line_must_be_of_a_record_whose_certificate_goes(drive, people):
    with pytest.raises(CampaignFaulty) as refused:
        plans(drive, [people[0], drive.person()])
    assert refused.value.faults == [(2, "record_not_matched")]
    assert Campaign.objects.count() == 1


def test_the_plan_says_who_has_a_key_and_who_has_not(drive, people):
    campaign = plans(drive, people[:2], overlap_days=7)
    facts = campaign.facts
    assert (campaign.count, facts["lines"], facts["with_key"], facts["without_key"]) == (3, 2, 2, 1)
    assert facts["issue"]["certificates"] == 2
    assert (facts["by"], facts["then"], facts["overlap_days"]) == (BY.isoformat(), "report", 7)
    assert last_leaf()["public"] == {"count": 3, "reason": "superseded", "type": "personal"}
    chunks = CampaignChunk.objects.filter(campaign_id=campaign.pk).order_by("number")
    assert [one.count for one in chunks] == [2, 2, 1]


def test_a_day_that_has_passed_is_refused(drive, people):
    with pytest.raises(ReplacementDayPassed):
        plans(drive, people, by=LATER)


def test_what_was_approved_too_late_is_not_started(drive, people):
    campaign = plans(drive, people)
    drive.approves(campaign)
    with pytest.raises(ReplacementDayPassed), at("operator"):
        services.start(reference=campaign.reference, actor=drive.operators()[0], now=BY)
    assert selectors.last_step(campaign.pk) is None


def test_what_was_paused_over_its_day_goes_on(world, drive, people, old):
    """It was started in time: whoever stopped it says when it ends."""
    campaign, operator = renewed(world, drive, people), drive.operators()[0]
    with at("operator"):
        services.pause(reference=campaign.reference, actor=operator, now=LATER)
        services.resume(reference=campaign.reference, actor=operator, now=BY)
    assert drive.revokes(campaign, REPLACED, now=BY)
    assert revoked() == set(old)


def test_an_officer_at_a_counter_has_no_say(world, drive, people):
    with pytest.raises(PermissionMissing):
        plans(drive, people, actor=world.chandra)


def other_terms(sql):
    """Somebody who owns the tables switches their triggers off for a moment."""
    with connection.cursor() as cursor:
        cursor.execute("alter table campaigns_campaignterms disable trigger user")
        cursor.execute(f"update campaigns_campaignterms set terms = {sql}")
        cursor.execute("alter table campaigns_campaignterms enable trigger user")


def test_an_earlier_day_than_was_approved_is_refused(world, drive, people):
    campaign = renewed(world, drive, people)
    other_terms(f"""jsonb_set(terms, '{{by}}', '"{LATER.isoformat()}"')""")
    assert due(campaign, LATER) == [REPLACED]
    assert not drive.revokes(campaign, REPLACED, now=LATER)
    assert revoked() == set()
    assert not RevokedChunk.objects.exists()
    assert drive.report(campaign).state == "paused"


def test_the_signer_signs_nothing_under_other_terms_than_were_approved(world, drive, people):
    campaign = started(drive, people)
    drive.works(campaign, LINES, now=LATER)
    other_terms("jsonb_set(terms, '{then}', '\"revoke\"')")
    with at("signer"):
        assert signing.run_once(token=world.token, now=LATER, claimer=1) == 0
    assert RefusedChunk.objects.get().code == "campaign_not_proven"


def test_certificates_that_go_are_no_lines_for_the_signer(drive, people):
    campaign = started(drive, people[:2])
    for chunk in (REPLACED, WITHOUT_KEY):
        with pytest.raises(CampaignNotProven, match="'rule': 'campaign'"), at("signer"):
            proven_lines(campaign.pk, chunk, [0], type_code="personal", policy=KeyPolicy())


def test_what_is_paused_ends_nothing(world, drive, people):
    campaign = renewed(world, drive, people)
    with at("operator"):
        services.pause(reference=campaign.reference, actor=drive.operators()[0], now=LATER)
    assert not drive.revokes(campaign, REPLACED, now=BY)
    assert revoked() == set()


def test_a_job_of_the_queue_does_what_its_chunk_is_of(world, drive, people, old, monkeypatch):
    """A job names a campaign and a number; which chunks have lines and which certificates, the plan says."""
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)  # the test is in a transaction
    monkeypatch.setattr(tasks, "Strongroom", lambda _: drive.owner)
    monkeypatch.setattr(clock, "now", lambda: LATER)
    campaign = started(drive, people[:2])
    with at("worker"):
        tasks.do_chunk(campaign.pk, LINES)
    with at("signer"):
        assert signing.run_once(token=world.token, now=LATER, claimer=1) == 2
    monkeypatch.setattr(clock, "now", lambda: BY)
    with at("worker"):
        tasks.do_chunk(campaign.pk, REPLACED)
    assert revoked() == set(old[:2])


def test_the_audit_finds_a_certificate_that_should_have_gone(world, drive, people):
    campaign = renewed(world, drive, people[:2])
    for chunk in (REPLACED, WITHOUT_KEY):
        drive.revokes(campaign, chunk, now=BY)
    assert not list(check_revoked_chunks())
    with connection.cursor() as cursor:
        cursor.execute("alter table revocation_revocation disable trigger user")
        cursor.execute(
            "delete from revocation_revocation where id = (select max(id) from revocation_revocation)"
        )
        cursor.execute("alter table revocation_revocation enable trigger user")
    assert [fault.sentence for fault in check_revoked_chunks()] == ["1 of its certificates are not revoked"]


def test_the_clock_puts_what_is_due_into_the_queue(world, drive, people):
    campaign = renewed(world, drive, people)
    for now, expected in ((BY - HOUR, []), (BY, [REPLACED])):
        with at("worker"):
            handlers.go_on(actor=WORKER, now=now)
        assert queued(campaign) == expected


def queued(campaign):
    with connection.cursor() as cursor:
        cursor.execute(
            "select (args ->> 'number')::int from procrastinate_jobs where (args ->> 'campaign_id')::int = %s"
            " and (args ->> 'number')::int > 0",
            [campaign.pk],
        )
        return [number for (number,) in cursor.fetchall()]


def test_what_goes_comes_back_as_it_was_packed():
    items = [Replaced(CertificateId(3, b"\1"), 1999), Replaced(CertificateId(3, bytes([64]) * 20), None)]
    assert unpack_replaced(pack_replaced(items)) == items
