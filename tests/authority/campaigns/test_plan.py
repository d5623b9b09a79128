"""The dry run, and who must agree."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.db.utils import ProgrammingError

from chopmark.authority.campaigns import selectors, services
from chopmark.authority.campaigns.errors import (
    AlreadyApproved,
    AnotherDigest,
    CampaignEmpty,
    CampaignFaulty,
    CampaignMoved,
    CampaignNotApproved,
)
from chopmark.authority.campaigns.models import Campaign, CampaignApproval, CampaignChunk, CampaignRoll
from chopmark.authority.campaigns.packing import Item, pack, unpack
from chopmark.authority.participants.errors import PermissionMissing
from world import NOON, a_csr, a_key, at, last_leaf, spki_der


def faults(drive, lines, **changes):
    with pytest.raises(CampaignFaulty) as refused:
        drive.plans(lines, **changes)
    assert not Campaign.objects.exists()
    return refused.value.faults


def test_it_works(drive):
    campaign = drive.plans([drive.line(drive.person()) for _ in range(3)])

    assert drive.report(campaign).state == "planned"
    assert campaign.facts["fees_minor"] == 3 * campaign.facts["fee_each_minor"]
    assert campaign.facts["chunks"] == 1
    assert len(unpack(bytes(CampaignChunk.objects.get().items))) == 3
    assert last_leaf()["public"] == {"count": 3, "type": "personal"}


def test_a_line_is_named_by_its_number_and_nothing_else(drive):
    weak = drive.line(drive.person(), spki_der(ec.generate_private_key(ec.SECP521R1())))
    good = drive.line(drive.person())
    assert faults(drive, ["# record, key", good, "nonsense", weak, good]) == [
        (3, "line_malformed"),
        (4, "weak_key_curve"),
        (5, "line_repeated"),
    ]


def test_a_key_of_somebody_else_is_not_certified_again(world, drive):
    key = a_key()
    world.begins(csr=a_csr(key))
    assert faults(drive, [drive.line(drive.person(), spki_der(key))]) == [(1, "key_repeated")]


def test_a_request_must_prove_its_key(drive):
    request = a_csr(a_key(), encoding=Encoding.DER)
    broken = request[:-1] + bytes([request[-1] ^ 1])
    assert faults(drive, [drive.line(drive.person(), broken)], input=Campaign.Input.CSR) == [
        (1, "csr_proof_failed")
    ]


def test_an_empty_file_is_no_campaign(drive):
    with pytest.raises(CampaignEmpty):
        drive.plans(["# nobody"])


def test_two_operators_must_agree_to_the_digest_that_they_read(drive):
    campaign = drive.plans([drive.line(drive.person())])
    first, second = drive.operators()
    drive.approves(campaign, first)
    assert drive.report(campaign).state == "planned"
    with pytest.raises(CampaignNotApproved):
        drive.starts(campaign)
    with pytest.raises(AlreadyApproved):
        drive.approves(campaign, first)
    with pytest.raises(AnotherDigest), at("operator"):
        services.approve(reference=campaign.reference, digest=bytes(32), actor=second, now=NOON)
    drive.approves(campaign, second)
    assert drive.report(campaign).state == "approved"
    drive.starts(campaign)
    with pytest.raises(CampaignMoved):
        drive.starts(campaign)


def test_an_officer_at_a_counter_has_no_say(world, drive):
    campaign = drive.plans([drive.line(drive.person())])
    with pytest.raises(PermissionMissing):
        drive.approves(campaign, world.chandra)


@pytest.mark.parametrize("process", ["worker", "signer", "responder"])
def test_no_process_but_the_operators_and_the_consoles_can_write_an_approval(drive, process):
    campaign = drive.plans([drive.line(drive.person())])
    with pytest.raises(ProgrammingError, match="permission denied"), at(process):
        CampaignApproval.objects.create(
            campaign_id=campaign.pk, digest=campaign.digest, officer="31088", approved_at=NOON
        )


@pytest.mark.parametrize("table", [Campaign, CampaignChunk, CampaignRoll])
def test_the_console_plans_nothing_and_names_nobody(drive, table):
    """Whoever has the web process may agree in an operator's name, but only to what the operator's process wrote."""
    with pytest.raises(ProgrammingError, match="permission denied"), at("web"):
        table.objects.bulk_create([table()])


def test_the_console_reads_no_roll(drive):
    with pytest.raises(ProgrammingError, match="permission denied"), at("web"):
        CampaignRoll.objects.exists()


def test_what_is_paused_begins_no_chunk_until_it_is_resumed(drive):
    campaign = drive.running()
    operator = drive.operators()[0]
    with at("operator"):
        services.pause(reference=campaign.reference, actor=operator, now=NOON)
    assert not drive.works(campaign)
    with at("operator"), pytest.raises(CampaignMoved):
        services.pause(reference=campaign.reference, actor=operator, now=NOON)
    with at("operator"):
        services.resume(reference=campaign.reference, actor=operator, now=NOON)
    assert selectors.chunks_to_do(campaign.pk) == [0]
    assert drive.works(campaign)


def test_lines_come_back_as_they_were_packed(drive):
    items = [Item(drive.person(), bytes(length)) for length in (0, 91, 4000)]
    assert unpack(pack(items)) == items
