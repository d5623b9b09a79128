"""What the signer will not sign of a campaign, whoever writes it into the tables of the worker."""

import re
from datetime import timedelta

import pytest
from django.db import connection

from authority.signing_stage import Broken, it_fails
from chopmark.authority.applications.models import Application
from chopmark.authority.campaigns import handlers, signing
from chopmark.authority.campaigns.models import CampaignApproval, CampaignRoll
from chopmark.authority.custody.software_token import UnsafeSoftwareToken
from chopmark.authority.issuance import chunk_selectors, chunk_signing, chunks
from chopmark.authority.issuance.models import (
    Certificate,
    ChunkClaim,
    Claim,
    IntendedChunk,
    RefusedChunk,
    SpentChunk,
)
from chopmark.authority.revocation.models import Revocation
from chopmark.config.audit.chunks import check_campaigns, check_chunks
from chopmark.pki.certificates import read_certificate
from world import NOON, WORKER, at, last_leaf, last_payload


@pytest.fixture
def sign(world):
    def run(now=NOON, claimer=1):
        with at("signer"):
            return signing.run_once(token=world.token, now=now, claimer=claimer)

    return run


def tampered(sql, *values):
    """Somebody who owns the tables switches their triggers off for a moment."""
    table = re.search(r"(campaigns|issuance)_[a-z]+", sql).group()
    with connection.cursor() as cursor:
        cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(sql, values)
        cursor.execute(f"alter table {table} enable trigger user")


def refuses(sign, rule, code="campaign_not_proven"):
    """It is refused for good, with a leaf and without a claim."""
    assert sign() == 0
    assert RefusedChunk.objects.get().code == code
    assert last_leaf()["tag"] == "chunk:signing_refused"
    assert last_payload()["details"] == {"rule": rule}
    assert not ChunkClaim.objects.exists()
    assert not Certificate.objects.exists()
    assert sign() == 0


def test_it_works(intended, sign):
    assert sign() == 3
    assert last_leaf()["tag"] == "certificate:issued"
    assert sign() == 0


def test_another_name_is_refused(intended, sign):
    Application.objects.filter(reference__endswith="0001").update(subject_name="WONG Tai Man")
    refuses(sign, "names")


def test_another_address_is_refused(intended, sign):
    Application.objects.filter(reference__endswith="0001").update(subject_email="mallory@mail.example")
    refuses(sign, "names")


def test_another_key_is_refused(intended, sign):
    tampered(
        "update campaigns_campaignchunk set items = set_byte(items, 60, (get_byte(items, 60) + 1) %% 256)"
    )
    refuses(sign, "items")


def test_a_chunk_that_was_put_there_after_the_approvals_is_refused(intended, sign):
    tampered("update campaigns_campaignchunk set digest = sha256(items || '1')")
    refuses(sign, "digest")


def test_other_bytes_than_the_roots_give_are_refused(intended, sign):
    tampered(
        "update issuance_intendedchunk set tbs_digests = set_byte(tbs_digests, 0, 255 - get_byte(tbs_digests, 0))"
    )
    refuses(sign, "bytes", code="chunk_not_ours")


def test_a_serial_number_twice_is_refused(intended, sign):
    tampered(
        "update issuance_intendedchunk set serial_numbers ="
        " substring(serial_numbers for 16) || substring(serial_numbers for 16) || substring(serial_numbers from 33)"
    )
    refuses(sign, "serial_numbers", code="chunk_not_ours")


def test_without_the_second_approval_nothing_is_signed(intended, sign):
    tampered("delete from campaigns_campaignapproval where officer = '31102'")
    assert CampaignApproval.objects.count() == 1
    refuses(sign, "approved")


def test_approvals_of_another_digest_are_none(intended, sign):
    tampered(
        "update campaigns_campaignapproval set digest = decode(repeat('00', 32), 'hex') where officer = '31102'"
    )
    refuses(sign, "approved")


def test_a_roll_under_another_grant_is_foreign(drive, sign):
    campaign = drive.running()
    drive.owner.changes = {"type": "server"}
    drive.works(campaign)
    refuses(sign, "roll")


def test_a_roll_of_an_earlier_campaign_under_the_same_grant_is_refused(drive, sign):
    campaign = drive.running()
    drive.owner.changes = {"at": int((NOON - timedelta(minutes=6)).timestamp())}
    drive.works(campaign)
    refuses(sign, "moment")


def test_a_roll_by_a_clock_a_little_behind_is_good(drive, sign):
    campaign = drive.running()
    drive.owner.changes = {"at": int((NOON - timedelta(minutes=4)).timestamp())}
    drive.works(campaign)
    assert sign() == 3


def test_without_the_owners_roll_nothing_is_signed(intended, sign):
    tampered("delete from campaigns_campaignroll")
    assert not CampaignRoll.objects.exists()
    refuses(sign, "names")


def test_a_line_of_somebody_else_is_refused(intended, sign):
    tampered("update issuance_intendedchunk set places = set_byte(places, 1, 1)")
    refuses(sign, "places")


def crashes_between_claim_and_record(monkeypatch, sign):
    with monkeypatch.context() as patch:
        patch.setattr(chunk_signing, "_record", it_fails)
        with pytest.raises(Broken):
            sign(claimer=77)
    assert ChunkClaim.objects.count() == 1
    assert not Certificate.objects.exists()


def test_a_crash_spends_the_chunk_and_another_is_made_with_fresh_numbers(
    world, drive, intended, sign, monkeypatch
):
    crashes_between_claim_and_record(monkeypatch, sign)
    with at("worker"):
        assert chunks.mark_spent_chunks(actor=WORKER, now=NOON) == 1
        assert chunks.mark_spent_chunks(actor=WORKER, now=NOON) == 0
    assert SpentChunk.objects.count() == 1
    assert sign() == 0

    world.turns()
    assert Revocation.objects.count() == 3
    drive.works(intended)
    first, second = IntendedChunk.objects.order_by("attempt")
    assert bytes(first.serial_numbers) != bytes(second.serial_numbers)
    world.turns()
    assert Certificate.objects.count() == 3
    assert drive.owner.calls == 1
    report = drive.report(intended)
    assert (report.issued, report.spent_serial_numbers) == (3, 3)
    assert not [*check_campaigns(), *check_chunks(settled=True)]


def test_whoever_was_taken_for_dead_records_nothing(intended, sign, monkeypatch):
    signed = chunk_signing.sign_admitted

    def slowly(admitted, *, token):
        with at("worker"):
            chunks.mark_spent_chunks(actor=WORKER, now=NOON)
        return signed(admitted, token=token)

    monkeypatch.setattr(chunk_signing, "sign_admitted", slowly)
    assert sign(claimer=77) == 0
    assert not Certificate.objects.exists()


def test_a_chunk_is_claimed_once(intended, sign):
    tampered(
        "insert into issuance_chunkclaim (chunk_id, claimer, claimed_at)"
        " select id, 5, now() from issuance_intendedchunk"
    )
    assert sign() == 0
    assert not Certificate.objects.exists()


def test_a_line_that_cannot_be_printed_stays_behind(drive, sign):
    long = drive.person(name="W" * 64, email="x" * 65 + "..@mail.example")
    campaign = drive.plans([drive.line(drive.person()), drive.line(long), drive.line(drive.person())])
    drive.approves(campaign)
    drive.starts(campaign)
    drive.works(campaign)
    assert sign() == 2
    with at("worker"):
        handlers.go_on(actor=WORKER, now=NOON)
    report = drive.report(campaign)
    assert (report.state, report.issued, report.pending, sum(report.failed.values())) == ("finished", 2, 0, 1)


def test_a_record_that_stays_shut_fails_by_itself(drive, sign):
    shut = drive.person()
    del drive.owner.lines[shut]
    campaign = drive.plans([drive.line(shut), drive.line(drive.person())])
    drive.approves(campaign)
    drive.starts(campaign)
    drive.works(campaign)
    assert sign() == 1
    assert drive.report(campaign).failed == {"record_unknown": 1}


def test_the_audit_finds_a_certificate_that_was_exchanged(world, intended, sign):
    sign()
    one, other, _ = Certificate.objects.order_by("id")
    tampered(
        "update issuance_certificate set certificate_der = %s where id = %s",
        bytes(other.certificate_der),
        one.pk,
    )
    assert read_certificate(bytes(Certificate.objects.get(pk=one.pk).certificate_der))
    said = {fault.sentence for fault in check_chunks(settled=True)}
    assert "it is not what was intended" in said


def test_the_audit_finds_what_was_signed_unapproved(intended, sign):
    sign()
    tampered("delete from campaigns_campaignapproval")
    assert [fault.check for fault in check_campaigns()] == ["campaign"]


def test_the_audit_finds_a_certificate_that_went_missing(intended, sign):
    sign()
    tampered("delete from issuance_certificate where application_reference like '%%0002'")
    assert "1 of its certificates are not recorded" in {one.sentence for one in check_chunks(settled=True)}


def test_the_token_signs_each_once(world, intended, sign, monkeypatch):
    made = []
    real = UnsafeSoftwareToken.sign

    def counting(self, handle, data, algorithm):
        made.append(data)
        return real(self, handle, data, algorithm)

    monkeypatch.setattr(UnsafeSoftwareToken, "sign", counting)
    sign()
    assert len(made) == len(set(made)) == 3


def finished(drive, world):
    """A campaign that is done, as a worker's thief finds it years later."""
    campaign = drive.running()
    drive.works(campaign)
    world.turns()
    assert Certificate.objects.count() == 3
    return campaign


def with_other_numbers(world, campaign, drive, monkeypatch):
    """What the worker's own code gives for the lines once more: everything proves, every number is fresh."""
    with monkeypatch.context() as patch:
        patch.setattr("chopmark.authority.campaigns.chunks.live_intent", lambda *_: None)
        patch.setattr("chopmark.authority.issuance.chunk_selectors.live_intent", lambda *_: None)
        patch.setattr("chopmark.authority.campaigns.selectors.is_running", lambda *_: True)
        assert drive.works(campaign)


def refused_now(sign, rule):
    signed, claims = Certificate.objects.count(), ChunkClaim.objects.count()
    assert sign() == 0
    assert RefusedChunk.objects.get().code == "chunk_not_ours"
    assert last_payload()["details"] == {"rule": rule}
    assert (Certificate.objects.count(), ChunkClaim.objects.count()) == (signed, claims)


def test_a_chunk_that_is_done_is_not_signed_again_under_fresh_numbers(world, drive, sign, monkeypatch):
    campaign = finished(drive, world)
    with_other_numbers(world, campaign, drive, monkeypatch)
    refused_now(sign, "lines")
    report = drive.report(campaign)
    assert (report.issued, report.pending, report.refused) == (3, 0, {})


def test_a_chunk_whose_intents_a_restored_backup_has_forgotten_is_not_signed_again(
    world, drive, sign, monkeypatch
):
    campaign = finished(drive, world)
    tampered("delete from issuance_chunkclaim")
    tampered("delete from issuance_intendedchunk")
    with_other_numbers(world, campaign, drive, monkeypatch)
    refused_now(sign, "lines")


def test_an_attempt_beside_one_that_is_being_signed_is_refused(intended, sign, monkeypatch, world, drive):
    crashes_between_claim_and_record(monkeypatch, sign)
    with_other_numbers(world, intended, drive, monkeypatch)
    refused_now(sign, "attempt")


def gives(world, drive, campaign, sign, numbers, monkeypatch):
    """The chunk of a campaign under chosen serial numbers, all else as it must be."""
    chunk = IntendedChunk.objects.get(campaign_id=campaign.pk)
    tampered("delete from issuance_intendedchunk where id = %s", chunk.pk)
    left = [bytes(one) for one in numbers]
    with monkeypatch.context() as patch:
        patch.setattr(chunks, "serial_from", lambda _: left.pop(0))
        assert drive.works(campaign)


def serials_of(chunk):
    packed = bytes(chunk.serial_numbers)
    return [packed[at : at + 16] for at in range(0, len(packed), 16)]


def fresh(count):
    return [bytes([0x41, at]) * 8 for at in range(count)]


@pytest.mark.parametrize("which", [0, 1])
def test_a_number_that_is_recorded_is_not_signed_again(world, drive, intended, sign, monkeypatch, which):
    old = serials_of(IntendedChunk.objects.get())[which]
    assert sign() == 3
    campaign = drive.running()
    drive.works(campaign)
    numbers = fresh(3)
    numbers[which] = old
    gives(world, drive, campaign, sign, numbers, monkeypatch)
    refused_now(sign, "serial_numbers")


def test_a_number_that_is_being_signed_is_not_signed_beside_it(world, drive, intended, sign, monkeypatch):
    old = serials_of(IntendedChunk.objects.get())[2]
    crashes_between_claim_and_record(monkeypatch, sign)
    campaign = drive.running()
    drive.works(campaign)
    gives(world, drive, campaign, sign, [*fresh(2), old], monkeypatch)
    refused_now(sign, "serial_numbers")


def test_a_number_that_was_spent_is_not_signed_again(world, drive, intended, sign, monkeypatch):
    """Before its revocation stands, and though the claimer has done other chunks since."""
    old = serials_of(IntendedChunk.objects.get())[1]
    crashes_between_claim_and_record(monkeypatch, sign)
    with at("worker"):
        chunks.mark_spent_chunks(actor=WORKER, now=NOON)
    other = drive.running()
    drive.works(other)
    assert sign(claimer=77) == 3
    campaign = drive.running()
    drive.works(campaign)
    gives(world, drive, campaign, sign, [old, *fresh(2)], monkeypatch)
    refused_now(sign, "serial_numbers")


def test_a_number_that_is_revoked_is_not_signed(world, drive, intended, sign):
    Revocation.objects.create(
        issuer_id=IntendedChunk.objects.get().issuer_id,
        serial_number=serials_of(IntendedChunk.objects.get())[1],
        reason=0,
        revoked_at=NOON,
    )
    refused_now(sign, "serial_numbers")


def test_a_number_of_a_single_certificate_is_not_signed(world, drive, intended, sign):
    with at("signer"):
        Claim.objects.create(
            issuer_id=IntendedChunk.objects.get().issuer_id,
            serial_number=serials_of(IntendedChunk.objects.get())[1],
            claimer=5,
            claimed_at=NOON,
        )
    refused_now(sign, "serial_numbers")


def test_a_chunk_is_not_taken_for_recorded_because_its_first_number_is(intended, sign, monkeypatch):
    """What another line's certificate bears says nothing of this one."""
    sign()
    tampered(
        "update issuance_certificate set application_reference = 'AP261100001' where application_reference like '%%0000'"
    )
    assert [chunk.campaign_id for chunk in chunk_selectors.unfinished(1)] == [intended.pk]
