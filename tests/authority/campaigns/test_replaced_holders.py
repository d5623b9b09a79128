"""Whose certificate is replaced: the plan counts them, they are told, and none goes before its day."""

import json

import pytest
from django.db import connection

from chopmark.authority.audit.models import Leaf
from chopmark.authority.campaigns import handlers, telling
from chopmark.authority.campaigns.events import CampaignRunning, ReplacementToTell
from chopmark.authority.campaigns.replacement_planning import Then
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel.models import Handover
from chopmark.authority.notices.models import Notice
from chopmark.authority.revocation.models import Revocation
from chopmark.config.audit import behind
from chopmark.config.audit.behind import check_behind
from replacement_stage import BY, HOUR, LATER, LINES, REPLACED, WITHOUT_KEY, plans, renewed, revoked, started
from world import NOON, at


def test_the_plan_says_who_is_told_and_who_must_come(drive, people):
    facts = plans(drive, people[:2]).facts
    assert facts["notices"] == {
        "certificate_replaced": 2,
        "certificate_revoked": 2,
        "certificate_to_replace": 1,
    }
    assert facts["issue"]["notices"] == {"certificate_ready": 2}
    assert facts["counter_people"] == {"none": 1}  # of a campaign, and never seen at a counter
    assert plans(drive, people[:2], then=Then.REVOKE).facts["notices"]["certificate_revoked"] == 3


def told(template):
    return {
        bytes(one) for one in Notice.objects.filter(template=template).values_list("serial_number", flat=True)
    }


def test_holders_are_told_before_it_goes(world, drive, people, old):
    started(drive, people[:2])
    world.turns(now=LATER, rounds=20)
    assert told("certificate_replaced") == set(old[:2])  # nothing to do
    assert told("certificate_to_replace") == {old[2]}  # nobody brought a key: she must come
    notice = Notice.objects.get(template="certificate_to_replace")
    assert notice.parameters == {
        "last_day": "2026-12-16",
        "serial_number": old[2].hex(),
    }  # at noon
    assert not revoked()


def test_holders_are_told_once_though_it_is_resumed(world, drive, people):
    campaign = started(drive, people[:2])
    world.turns(now=LATER, rounds=20)
    done = Leaf.objects.count()
    with at("worker"):
        handlers.tell_whose_are_replaced([CampaignRunning(campaign.pk)], LATER)
        handlers.tell_replaced([ReplacementToTell(campaign.pk, number, 0) for number in (1, 2)], LATER)
    assert Leaf.objects.count() == done
    assert Notice.objects.filter(template__contains="replace").count() == 3


@pytest.mark.parametrize(("code", "comes"), [("record_shredded", 1), ("kek_unknown", 0)])
def test_whose_line_failed_is_told_to_come_after_all(world, drive, people, old, code, comes):
    """She read that there is nothing to do; where our side failed she keeps her old one, and there is not."""
    campaign = started(drive, people[:2])
    world.turns(now=LATER, rounds=20)
    assert told("certificate_replaced") == set(old[:2])
    drive.owner.lines[people[0]] = code
    assert drive.works(campaign, LINES, now=LATER)
    world.turns(now=LATER, rounds=20)
    assert told("certificate_to_replace") == {old[2], *old[:comes]}


def waiting():
    some = Handover.objects.filter(name="campaign.replacement_to_tell", handled_at=None)
    return sorted((one.facts["number"], one.facts["first"]) for one in some)


def test_a_chunk_asks_for_its_next_holders_when_some_are_told(world, drive, people, monkeypatch):
    """A chunk at a time is asked for, and one that waits is not asked for again."""
    monkeypatch.setattr(telling, "AT_ONCE", 1)
    campaign = started(drive, people[:2])
    with at("worker"):
        for _ in range(2):
            handlers.tell_whose_are_replaced([CampaignRunning(campaign.pk)], LATER)
        assert waiting() == [(REPLACED, 0), (WITHOUT_KEY, 0)]
        for _ in range(2):
            handlers.tell_replaced([ReplacementToTell(campaign.pk, REPLACED, 0)], LATER)
    assert waiting() == [(REPLACED, 0), (REPLACED, 1), (WITHOUT_KEY, 0)]
    world.turns(now=LATER, rounds=20)
    assert Notice.objects.filter(template__contains="replace").count() == 3


def test_whose_certificate_is_gone_already_is_not_told(world, drive, people, old):
    campaign = started(drive, people[:2])
    issuer_id = Certificate.objects.first().issuer_id
    Revocation.objects.create(issuer_id=issuer_id, serial_number=old[2], reason=4, revoked_at=NOON)
    with at("worker"):
        handlers.tell_replaced([ReplacementToTell(campaign.pk, number, 0) for number in (1, 2)], LATER)
        handlers.tell_replaced([ReplacementToTell(campaign.pk, 1, 0)], BY)  # and none of them after the day
    assert told("certificate_replaced") == set(old[:2])
    assert told("certificate_to_replace") == set()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"by": (BY + HOUR).isoformat()}, "its day had not come"),
        ({"then": "report"}, "without a new one it was to stay"),
    ],
)
def test_the_audit_finds_what_went_against_its_terms(world, drive, people, monkeypatch, changes, why):
    campaign = renewed(world, drive, people[:2], then=Then.REVOKE)
    for chunk in (REPLACED, WITHOUT_KEY):
        assert drive.revokes(campaign, chunk, now=BY)
    assert not list(check_behind())
    with connection.cursor() as cursor:
        cursor.execute("alter table campaigns_campaignterms disable trigger user")
        cursor.execute(
            "update campaigns_campaignterms set terms = terms || %s::jsonb",
            [json.dumps(changes)],
        )
        cursor.execute("alter table campaigns_campaignterms enable trigger user")
    monkeypatch.setattr(
        behind, "approved_octets", lambda *_: b""
    )  # whoever changed the terms had them approved
    assert {fault.sentence for fault in check_behind()} == {f"a campaign revoked it by its leaf, and {why}"}
