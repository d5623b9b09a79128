"""Many certificates revoked at once, as operators approved it."""

import secrets
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection

from chopmark.authority.audit.models import Leaf, Payload
from chopmark.authority.campaigns import mass_planning, revoking, selectors, services, tasks
from chopmark.authority.campaigns.errors import (
    CampaignEmpty,
    CampaignFaulty,
    CampaignNotApproved,
    ChunkMalformed,
    EverythingMatches,
)
from chopmark.authority.campaigns.mass_planning import Revoking, read_keys, read_serial_numbers
from chopmark.authority.campaigns.matching import Matching
from chopmark.authority.campaigns.models import Campaign, CampaignChunk, RevokedChunk
from chopmark.authority.campaigns.packing import pack_certificates, unpack_certificates
from chopmark.authority.catalogue.words import KeyAlgorithm
from chopmark.authority.custody import selectors as custody
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.kernel.models import Handover
from chopmark.authority.notices.models import Notice
from chopmark.authority.participants.errors import PermissionMissing
from chopmark.authority.publication.models import Crl
from chopmark.authority.publication.policy import next_slot
from chopmark.authority.revocation.errors import AlreadyRevoked, ReasonNotPermitted
from chopmark.authority.revocation.models import Revocation
from chopmark.config.audit.chunks import check_campaigns, check_revoked_chunks
from chopmark.pki.certificates import read_certificate
from chopmark.pki.crl import CRLReason, read_crl
from chopmark.pki.keys import spki_sha256
from oracle import ask
from world import NOON, at, last_leaf, leaves

LATER = NOON + timedelta(hours=1)
PERSONAL = Matching(type_code="personal")


def plans(drive, matching=PERSONAL, reason=CRLReason.KEY_COMPROMISE, actor=None):
    return drive.plans_revocation(matching, reason, actor=actor, now=LATER)


def running(drive, **changes):
    campaign = plans(drive, **changes)
    drive.approves(campaign)
    drive.starts(campaign)
    return campaign


def serials():
    return sorted(bytes(one) for one in Certificate.objects.values_list("serial_number", flat=True))


def tampered(sql):
    """Somebody who owns the tables switches their triggers off for a moment."""
    table = sql.split()[2 if sql.startswith("delete") else 1]
    with connection.cursor() as cursor:
        cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(sql)
        cursor.execute(f"alter table {table} enable trigger user")


def test_it_works(world, drive, certified):
    campaign = running(drive)
    assert drive.revokes(campaign, now=LATER)

    assert sorted(bytes(one.serial_number) for one in Revocation.objects.all()) == serials()
    assert set(Revocation.objects.values_list("reason", "revoked_at")) == {(1, LATER)}
    told = [leaf["public"] for leaf in leaves() if leaf["tag"] == "certificate:revoked_by_authority"]
    assert sorted(bytes.fromhex(one["serial_number"]) for one in told) == serials()
    assert {one["reason"] for one in told} == {"key_compromise"}
    assert last_leaf()["tag"] == "chunk:revoked"
    assert last_leaf()["public"] == {"count": 3}
    report = drive.report(campaign)
    assert (report.revoked, report.pending, report.issued) == (3, 0, 0)


def test_all_is_in_order_afterwards(world, drive, certified):
    campaign = running(drive)
    drive.revokes(campaign, now=LATER)
    world.turns(now=LATER, rounds=20)

    assert drive.report(campaign).state == "finished"
    assert drive.report(campaign).report_sha256
    ask(LATER + timedelta(minutes=30))


def test_its_lists_and_its_holders_hear_of_it(world, drive, certified):
    campaign = running(drive)
    drive.revokes(campaign, now=LATER)
    assert Handover.objects.filter(name="certificate.revoked").count() == 0
    world.turns(now=LATER, rounds=20)

    newest = {}
    for one in Crl.objects.filter(issuer_id=Certificate.objects.first().issuer_id).order_by("number"):
        newest[one.shard] = {entry.serial_number for entry in read_crl(bytes(one.crl_der)).facts.entries()}
    assert sorted(newest[0]) == serials()
    assert sorted(octets for shard, found in newest.items() if shard > 0 for octets in found) == serials()
    told = Notice.objects.filter(template="certificate_revoked")
    assert sorted(bytes(one.serial_number) for one in told) == serials()


def test_a_chunk_is_done_once(drive, certified):
    campaign = running(drive)
    assert drive.revokes(campaign, now=LATER)
    done = Leaf.objects.count(), Handover.objects.count()
    assert not drive.revokes(campaign, now=LATER)
    assert (Leaf.objects.count(), Handover.objects.count()) == done
    assert selectors.chunks_to_do(campaign.pk) == []


def test_a_job_of_the_queue_does_it(drive, certified, monkeypatch):
    monkeypatch.setattr(tasks, "close_old_connections", lambda: None)  # the test is in a transaction
    campaign = running(drive)
    monkeypatch.setattr(clock, "now", lambda: LATER)
    with at("worker"):
        tasks.do_chunk(campaign.pk, 0)
    assert Revocation.objects.count() == 3


def test_a_chunk_that_broke_off_leaves_nothing_and_is_done_again(drive, certified, monkeypatch):
    campaign = running(drive)
    before = Leaf.objects.count()
    with monkeypatch.context() as patch:
        patch.setattr(revoking, "_failures", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            drive.revokes(campaign, now=LATER)
    assert not Revocation.objects.exists()
    assert Leaf.objects.count() == before
    assert selectors.chunks_to_do(campaign.pk) == [0]
    assert drive.revokes(campaign, now=LATER)
    assert Revocation.objects.count() == 3


def test_what_was_revoked_meanwhile_stays_as_it_is_and_is_reported(drive, certified):
    campaign = running(drive)
    second = serials()[1]
    issuer_id = Certificate.objects.first().issuer_id
    Revocation.objects.create(issuer_id=issuer_id, serial_number=second, reason=4, revoked_at=NOON)
    assert drive.revokes(campaign, now=LATER)

    assert Revocation.objects.get(serial_number=second).reason == 4
    report = drive.report(campaign)
    assert (report.revoked, report.pending, report.failed) == (2, 0, {"already_revoked": 1})
    assert list(selectors.failed_lines(campaign)) == [(second.hex().upper(), "already_revoked")]


def test_what_was_revoked_before_is_left_out_and_counted(drive, certified):
    drive.revokes(running(drive, matching=Matching(serial_numbers=frozenset(serials()[:1]))))
    campaign = plans(drive)
    assert campaign.count == 2
    assert campaign.facts["already_revoked"] == 1
    drive.revokes(running(drive))
    with pytest.raises(CampaignEmpty):
        plans(drive)


def test_the_plan_says_what_it_is_about(drive, certified):
    campaign = plans(drive, reason=CRLReason.SUPERSEDED)
    facts = campaign.facts
    assert facts["reason"] == "superseded"
    assert facts["matching"] == {"type": "personal"}
    assert facts["types"] == {"personal": 3}
    assert facts["outlets"] == {"none": 3}
    (issuer,) = facts["issuers"]
    assert facts["issuers"] == {issuer: 3}
    assert facts["lists"][f"{issuer}-full.crl"] == 3
    assert sum(facts["lists"].values()) == 6
    assert "full list at" in facts["listed"][issuer]
    assert last_leaf()["public"] == {"count": 3, "reason": "superseded"}
    packed = unpack_certificates(bytes(CampaignChunk.objects.get(campaign_id=campaign.pk).items))
    assert sorted(one.serial_number for one in packed) == serials()


def test_a_dry_run_writes_nothing(drive, certified):
    before = Leaf.objects.count(), Campaign.objects.count()
    with at("operator"):
        planned = mass_planning.dry_run(Revoking(matching=PERSONAL, reason=CRLReason.SUPERSEDED), now=LATER)
    assert planned.count == 3
    assert (Leaf.objects.count(), Campaign.objects.count()) == before


def matched(drive, **wanted):
    with at("operator"):
        try:
            return mass_planning.dry_run(
                Revoking(matching=Matching(**wanted), reason=CRLReason.SUPERSEDED), now=LATER
            ).count
        except CampaignEmpty:
            return 0


def test_each_condition_chooses(drive, certified):
    one = Certificate.objects.order_by("id").first()
    key = spki_sha256(read_certificate(bytes(one.certificate_der)).spki_der)
    issuer = next(iter(plans(drive).facts["issuers"]))
    assert matched(drive, issuer=issuer) == 3
    assert matched(drive, campaign=certified.reference) == 3
    assert matched(drive, type_code="server") == 0
    assert matched(drive, key=KeyAlgorithm.P256) == 3
    assert matched(drive, key=KeyAlgorithm.RSA_2048) == 0
    assert matched(drive, keys=frozenset({key, bytes(32)})) == 1
    assert matched(drive, serial_numbers=frozenset({bytes(one.serial_number)})) == 1
    assert matched(drive, issued_after=one.not_before) == 3
    assert matched(drive, issued_before=one.not_before) == 0
    assert matched(drive, type_code="personal", keys=frozenset({bytes(32)})) == 0


def test_what_has_expired_needs_no_revocation(drive, certified):
    last = max(Certificate.objects.values_list("not_after", flat=True))
    wanted = Revoking(matching=PERSONAL, reason=CRLReason.SUPERSEDED)
    with pytest.raises(CampaignEmpty) as refused:
        mass_planning.dry_run(wanted, now=last + timedelta(days=1))
    assert refused.value.details == {"expired": 3}


def test_everything_is_never_meant(drive, certified):
    with pytest.raises(EverythingMatches):
        plans(drive, matching=Matching())


@pytest.mark.parametrize(
    "reason", [CRLReason.CERTIFICATE_HOLD, CRLReason.REMOVE_FROM_CRL, CRLReason.CA_COMPROMISE]
)
def test_a_reason_that_the_authority_may_not_give_is_refused(drive, certified, reason):
    before = Campaign.objects.count()
    with pytest.raises(ReasonNotPermitted):
        plans(drive, reason=reason)
    assert Campaign.objects.count() == before


def test_an_officer_at_a_counter_has_no_say(world, drive, certified):
    with pytest.raises(PermissionMissing):
        plans(drive, actor=world.chandra)


def refuses(drive, campaign, rule):
    """Nothing is revoked, the log says why not, once, and the campaign waits for an operator."""
    assert not drive.revokes(campaign, now=LATER)
    assert not drive.revokes(campaign, now=LATER)
    *_, refused, paused = leaves()
    assert (refused["tag"], refused["refused"]) == ("chunk:revoked", "campaign_not_proven")
    assert details_of_refusals() == [{"rule": rule}]
    assert paused["tag"] == "campaign:paused"
    assert drive.report(campaign).state == "paused"
    assert not Revocation.objects.exists()
    assert not RevokedChunk.objects.exists()


def details_of_refusals():
    said = Payload.objects.filter(payload__has_key="details").order_by("leaf_id")
    return list(said.values_list("payload__details", flat=True))


def test_one_operator_alone_starts_nothing(drive, certified):
    campaign = plans(drive)
    drive.approves(campaign, drive.operators()[0])
    with pytest.raises(CampaignNotApproved):
        drive.starts(campaign)
    assert not drive.revokes(campaign, now=LATER)
    assert not Revocation.objects.exists()


def test_without_the_second_approval_nothing_is_revoked(drive, certified):
    campaign = running(drive)
    tampered("delete from campaigns_campaignapproval where officer = '31102'")
    refuses(drive, campaign, "approved")


def test_other_certificates_than_were_approved_are_refused(drive, certified):
    campaign = running(drive)
    tampered(
        "update campaigns_campaignchunk set items = set_byte(items, 5, 1 + get_byte(items, 5) % 200)"
        f" where campaign_id = {campaign.pk}"
    )
    refuses(drive, campaign, "items")


def test_another_reason_than_was_approved_is_refused(drive, certified):
    campaign = running(drive, reason=CRLReason.SUPERSEDED)
    tampered("update campaigns_campaignterms set terms = jsonb_set(terms, '{reason}', '\"key_compromise\"')")
    refuses(drive, campaign, "digest")


def test_a_population_issue_revokes_nothing(drive):
    campaign = drive.running()
    refuses(drive, campaign, "campaign")


def test_what_is_paused_revokes_nothing_until_it_is_resumed(drive, certified):
    campaign = running(drive)
    operator = drive.operators()[0]
    with at("operator"):
        services.pause(reference=campaign.reference, actor=operator, now=LATER)
    assert not drive.revokes(campaign, now=LATER)
    assert not Revocation.objects.exists()
    with at("operator"):
        services.resume(reference=campaign.reference, actor=operator, now=LATER)
    assert drive.revokes(campaign, now=LATER)


def test_whoever_asks_for_one_meanwhile_is_told_that_it_is_revoked(world, monkeypatch):
    """A campaign takes no lock of a serial number: its row may come between another's look and her insert."""
    certificate = world.issued()
    world.revokes(certificate)
    monkeypatch.setattr(Revocation.objects, "filter", lambda **_: Revocation.objects.none())
    with pytest.raises(AlreadyRevoked):
        world.revokes(certificate)
    assert last_leaf()["refused"] == "already_revoked"


def test_certificates_come_back_as_they_were_packed():
    certificates = [CertificateId(3, bytes([1])), CertificateId(300, secrets.token_bytes(20))]
    assert unpack_certificates(pack_certificates(certificates)) == certificates


@pytest.mark.parametrize("octets", [b"\0", b"\0\3", b"\0\3\2", b"\0\3\2\1"])
def test_what_is_cut_off_is_no_certificate(octets):
    with pytest.raises(ChunkMalformed):
        unpack_certificates(octets)


def test_a_file_of_serial_numbers_names_the_lines_that_cannot_be_used(certified):
    first, second, _ = (one.hex() for one in serials())
    with pytest.raises(CampaignFaulty) as refused:
        read_serial_numbers(["# ours", first, "", "nonsense", first, "41" * 16, "41" * 21])
    assert refused.value.faults == [
        (4, "hex_line_malformed"),
        (5, "line_repeated"),
        (7, "hex_line_malformed"),
    ]
    with pytest.raises(CampaignFaulty) as refused:
        read_serial_numbers([first, "41" * 16])
    assert refused.value.faults == [(2, "serial_unknown")]
    assert read_serial_numbers([first, second.upper()]) == frozenset(serials()[:2])


def test_a_serial_number_is_its_issuers_own(certified):
    first, second, _ = (one.hex() for one in serials())
    own = custody.authority(Certificate.objects.first().issuer_id)
    other = next(one for one in custody.authorities() if one.id != own.id)
    with pytest.raises(CampaignFaulty) as refused:
        read_serial_numbers([first, second], issuer=other.slug)
    assert refused.value.faults == [(1, "serial_unknown"), (2, "serial_unknown")]

    again = Certificate.objects.get(serial_number=bytes.fromhex(second))
    again.pk, again.issuer_id, again.fingerprint_sha256 = None, other.id, bytes(32)
    again.save(force_insert=True)
    with pytest.raises(CampaignFaulty) as refused:
        read_serial_numbers([first, second])
    assert refused.value.faults == [(2, "serial_of_several")]
    for issuer in (own, other):
        assert read_serial_numbers([second], issuer=issuer.slug) == {bytes.fromhex(second)}


def test_a_file_of_keys_has_digests():
    assert read_keys(["# weak", "ab" * 32]) == frozenset({bytes.fromhex("ab" * 32)})
    with pytest.raises(CampaignFaulty):
        read_keys(["ab" * 31])
    with pytest.raises(CampaignEmpty):
        read_keys(["# none"])


def test_the_audit_finds_what_was_revoked_unapproved(drive, certified):
    campaign = running(drive)
    drive.revokes(campaign, now=LATER)
    assert not list(check_campaigns())
    tampered(f"delete from campaigns_campaignapproval where campaign_id = {campaign.pk}")
    assert [fault.about for fault in check_campaigns()] == [campaign.reference]


def test_the_audit_finds_a_revocation_that_went_missing(drive, certified):
    campaign = running(drive)
    drive.revokes(campaign, now=LATER)
    tampered("delete from revocation_revocation where id = (select max(id) from revocation_revocation)")
    assert "1 of its certificates are not revoked" in {fault.sentence for fault in check_revoked_chunks()}


@pytest.mark.parametrize(
    ("now", "expected"),
    [("20:00", "2026-11-17 09:15"), ("09:15", "2026-11-16 19:00"), ("08:00", "2026-11-16 09:15")],
)
def test_the_slot_to_come_may_be_tomorrows(now, expected):
    zone = ZoneInfo("Asia/Hong_Kong")
    moment = datetime.fromisoformat(f"2026-11-16 {now}").replace(tzinfo=zone)
    found = next_slot([time(9, 15), time(19, 0)], zone=zone, now=moment)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=zone)
