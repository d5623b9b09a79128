"""The leaf of each revocation by a campaign says which chunk it was, and the audit asks whether that is so."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from chopmark.authority.audit.models import Payload
from chopmark.authority.audit.services import leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.campaigns import revoking
from chopmark.authority.campaigns.matching import Matching
from chopmark.authority.campaigns.models import RevokedChunk
from chopmark.authority.catalogue.models import Edition
from chopmark.authority.delivery.models import Answer
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.revocation.services import revoke_declined
from chopmark.config.audit.behind import check_behind
from chopmark.pki.crl import CRLReason
from world import NOON, WORKER, at

LATER, DAY = NOON + timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def campaign(drive, certified):
    campaign = drive.plans_revocation(Matching(type_code="personal"), CRLReason.KEY_COMPROMISE, now=LATER)
    drive.approves(campaign)
    drive.starts(campaign)
    assert drive.revokes(campaign, now=LATER)
    return campaign


def sentences():
    return {fault.sentence for fault in check_behind()}


def tampered(table, sql, *parameters):
    """Somebody who owns the tables switches their triggers off for a moment."""
    with connection.cursor() as cursor:
        cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(sql, parameters)
        cursor.execute(f"alter table {table} enable trigger user")


def test_it_works(campaign):
    said = Payload.objects.filter(payload__has_key="part")
    assert [(one.payload["campaign"], one.payload["chunk"], one.payload["part"]) for one in said] == [
        (campaign.reference, 0, 0)
    ] * 3
    assert sentences() == set()


def test_a_leaf_that_names_no_campaign_is_named(campaign):
    tampered(
        "audit_payload", "update audit_payload set payload = payload - 'campaign' where payload ? 'part'"
    )
    assert sentences() == {"it was revoked, and nothing stands behind it"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"campaign": "C99990001"}, "there is no such campaign"),
        ({"chunk": 7}, "it is not what operators approved (chunk)"),
        ({"part": 1}, "no such chunk of it was done then"),
    ],
)
def test_a_leaf_that_names_another_is_named(campaign, changes, expected):
    tampered(
        "audit_payload",
        "update audit_payload set payload = payload || %s::jsonb where payload ? 'part'",
        json.dumps(changes),
    )
    assert f"a campaign revoked it by its leaf, and {expected}" in sentences()


def test_a_campaign_whose_approvals_are_gone_is_no_campaign(campaign):
    tampered("campaigns_campaignapproval", "delete from campaigns_campaignapproval")
    assert (
        "a campaign revoked it by its leaf, and it is not what operators approved (approved)" in sentences()
    )


def test_a_campaign_that_was_never_started_revoked_nothing(campaign):
    tampered(
        "campaigns_campaignstep", "delete from campaigns_campaignstep where campaign_id = %s", campaign.pk
    )
    assert "a campaign revoked it by its leaf, and it was not started then" in sentences()


def test_another_reason_than_was_approved_is_named(drive, certified, monkeypatch):
    other = drive.plans_revocation(Matching(type_code="personal"), CRLReason.KEY_COMPROMISE, now=LATER)
    drive.approves(other)
    drive.starts(other)
    usual = revoking.revoke_many
    monkeypatch.setattr(
        revoking, "revoke_many", lambda **said: usual(**said | {"reason": CRLReason.SUPERSEDED})
    )
    assert drive.revokes(other, now=LATER)
    assert sentences() == {"a campaign revoked it by its leaf, and what was approved is key_compromise"}


def test_a_chunk_that_says_another_count_is_named(campaign):
    assert RevokedChunk.objects.filter(campaign_id=campaign.pk).exists()
    tampered("campaigns_revokedchunk", "update campaigns_revokedchunk set revoked = 2")
    assert sentences() == {"3 leaves say that they are of its part 0, and it says 2"}


def test_a_second_leaf_for_a_chunk_that_is_done_is_named(campaign, certified):
    """Whoever copies the words of a leaf does not have its second."""
    one = Certificate.objects.first()
    said = {
        "issuer": one.issuer_id,
        "serial_number": bytes(one.serial_number).hex(),
        "reason": "key_compromise",
    }
    behind = {"campaign": campaign.reference, "chunk": 0, "part": 0}
    leave(tag=AuditTag.CERTIFICATE_REVOKED_BY_AUTHORITY, public=said, payload=behind, now=LATER + DAY)
    assert "a campaign revoked it by its leaf, and no such chunk of it was done then" in sentences()


@pytest.mark.parametrize("chunk", ["zero", None])
def test_a_leaf_of_nonsense_is_named_and_stops_no_check(campaign, chunk):
    tampered(
        "audit_payload",
        "update audit_payload set payload = payload || %s::jsonb where leaf_id ="
        " (select max(leaf_id) from audit_payload where payload ? 'part')",
        json.dumps({"campaign": "C1", "chunk": chunk}),
    )
    assert "a campaign revoked it by its leaf, and there is no such campaign" in sentences()


def test_a_row_under_a_leaf_of_something_else_is_named(certified):
    """The row is promised, and no leaf of a revocation says so."""
    one = Certificate.objects.first()
    row = Revocation.objects.create(
        issuer_id=one.issuer_id, serial_number=one.serial_number, reason=4, revoked_at=NOON
    )
    leave(tag=AuditTag.APPLICATION_BEGUN, payload={}, now=NOON, rows=[row])
    assert sentences() == {"no leaf of a revocation says that it is revoked"}


def test_what_was_brought_back_from_nowhere_is_named(certified):
    one = Certificate.objects.first()
    row = Revocation.objects.create(
        issuer_id=one.issuer_id, serial_number=one.serial_number, reason=4, revoked_at=NOON
    )
    said = {"issuer": one.issuer_id, "serial_number": bytes(one.serial_number).hex(), "position": 3}
    leave(tag=AuditTag.REVOCATION_RESTORED, public=said, payload={}, now=NOON, rows=[row])
    assert sentences() == {"it was brought back, and entry 3 of the log does not tell of it"}


def declined(word, answered_at):
    """Row and revocation as the worker writes them, for the first certificate."""
    one = Certificate.objects.order_by("id")[0]
    its = {"issuer_id": one.issuer_id, "serial_number": bytes(one.serial_number)}
    reference = one.application_reference
    Answer.objects.create(application_reference=reference, word=word, answered_at=answered_at, **its)
    with at("worker"):
        revoke_declined(**its, actor=WORKER, now=answered_at)


@pytest.mark.parametrize(
    ("table", "sql"),
    [
        ("delivery_offer", "delete from delivery_offer"),
        ("delivery_offer", "update delivery_offer set offered_at = offered_at - interval '31 days'"),
        ("delivery_answer", "update delivery_answer set answered_at = answered_at - interval '2 hours'"),
    ],
)
def test_an_answer_is_to_an_offer_of_a_certificate_that_was_there(certified, table, sql):
    declined("rejected", LATER)
    assert sentences() == set()
    tampered(table, sql)
    assert sentences() == {"it was revoked, and nothing stands behind it"}


def test_an_early_lapse_is_excused_only_by_a_pack_that_changed_since_the_offer(certified):
    declined("lapsed", LATER)
    noted = Edition.objects.create(digest=b"", files={}, fees={}, process="worker", noted_at=NOON - DAY)
    assert sentences() == {"it was revoked, and nothing stands behind it"}
    tampered(
        "catalogue_edition", "update catalogue_edition set noted_at = %s where id = %s", LATER + DAY, noted.pk
    )
    assert sentences() == set()
