"""What a plan says of the people behind it: notices, and who must come to which counter by when."""

import json
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from importlib.resources import files
from uuid import uuid4

import pytest
from django.db import connection

from campaign_stage import GRANT
from chopmark.authority.applications.models import Application
from chopmark.authority.campaigns import foretelling, mass_planning, planning, selectors, services
from chopmark.authority.campaigns.errors import HoldersCannotAnswer, NoticesOutlastAnswers
from chopmark.authority.campaigns.foretelling import counter_facts, issue_facts
from chopmark.authority.campaigns.mass_planning import Revoking
from chopmark.authority.campaigns.matching import Matching
from chopmark.authority.campaigns.models import Campaign, CampaignTerms
from chopmark.authority.campaigns.planning import Wanted
from chopmark.authority.catalogue.hours import Hours, Weekly
from chopmark.authority.catalogue.reading import current
from chopmark.pki.crl import CRLReason
from unchanged import refused
from world import NOON, at

MONDAY = date(2026, 11, 16)


def people(count):
    return [uuid4() for _ in range(count)]


def all_at(code, records):
    return dict.fromkeys(records, code)


def test_a_centre_takes_as_many_working_days_as_its_capacity_says(world):
    """NOON is Monday the 16th: Central serves 240 on each day but Sunday, from tomorrow on."""
    records = people(240 * 5 + 1)
    with at("operator"):
        said = counter_facts(records, all_at("CEN", records), now=NOON)
    assert said["counter_people"] == {"CEN": 1201}
    assert said["counter_days"] == {"CEN": 6}
    assert said["counter_until"] == {"CEN": "2026-11-23"}  # Tuesday to Saturday, and Monday
    assert (said["counter_late"], said["counter_unknown"]) == ({}, {})


def test_the_hours_of_a_day_are_its_capacity_where_the_pack_says_so(world):
    """Sha Tin: eight and a half hours at 16, Monday to Friday; Saturday it is closed."""
    records = people(8 * 136)
    with at("operator"):
        said = counter_facts(records, all_at("STN", records), now=NOON)
    assert (said["counter_days"], said["counter_until"]) == ({"STN": 8}, {"STN": "2026-11-26"})


def test_a_public_holiday_is_no_working_day(world):
    records = people(137)
    with at("operator"):
        said = counter_facts(records, all_at("STN", records), now=NOON + timedelta(days=37))  # 23 December
    assert said["counter_until"] == {"STN": "2026-12-28"}


def test_the_centre_that_misses_the_day_is_named_with_how_many(world):
    records, few = people(500), people(10)
    with at("operator"):
        said = counter_facts(
            [*records, *few],
            all_at("CEN", records) | all_at("STN", few),
            now=NOON,
            by=NOON.replace(hour=0) + timedelta(days=2),  # the 18th begins
        )
    assert said["counter_late"] == {"CEN": 500 - 240}
    assert said["counter_until"]["STN"] == "2026-11-17"


def test_whose_centre_nobody_knows_is_counted_apart(world):
    with at("operator"):
        said = counter_facts(people(3), {}, now=NOON)
    assert said["counter_people"] == said["counter_unknown"] == {"none": 3}
    assert said["counter_days"] == {}


def test_the_centre_of_her_last_application_counts(world):
    application = world.approved()
    assert Application.objects.get(reference=application.reference).outlet
    with at("operator"):
        said = counter_facts([application.record_id], {}, now=NOON)
    assert said["counter_people"] == {application.outlet: 1}


def test_a_centre_that_is_never_open_serves_nobody(world, monkeypatch):
    shut = replace(current().outlets.outlets["CEN"], hours=Weekly())
    with at("operator"):
        monkeypatch.setattr(foretelling, "LONGEST", 10)
        end = foretelling._end(shut, 1, MONDAY)
    assert (end.days, end.on) == (0, None)


def test_a_week_has_its_hours():
    week = Weekly(mon=(Hours.read("09:00-12:00"), Hours.read("13:00-17:30")))
    assert week.open_for(0, holiday=False) == timedelta(hours=7, minutes=30)
    assert week.open_for(0, holiday=True) == week.open_for(1, holiday=False) == timedelta()


@pytest.mark.parametrize(
    ("type_code", "agreement", "notice", "asked"),
    [
        ("personal", "terms 2", "certificate_ready", 3),
        ("smart-id", "terms 2", "certificate_issued", 0),
        ("smart-id", "terms 1", "certificate_ready", 3),  # which does not say that it accepts anything
    ],
)
def test_an_issue_says_what_holders_are_told_and_who_cannot_answer(
    world, type_code, agreement, notice, asked
):
    with at("operator"):
        said = issue_facts(type_code, people(3), NOON, agreement=agreement)
    assert said["notices"] == {notice: 3}
    assert said["cannot_answer"] == asked
    assert (
        "counter_people" not in said
    )  # also of what is had at a counter alone: their letter says that nothing is to do


def test_whoever_has_a_login_can_answer(world):
    application = world.approved()
    with at("operator"):
        assert (
            issue_facts("personal", [application.record_id, uuid4()], NOON, agreement="terms 2")[
                "cannot_answer"
            ]
            == 1
        )


def test_the_days_of_telling_follow_from_what_the_owner_lets_go(world):
    with at("operator"):
        telling = foretelling.Telling()
        telling.notices[foretelling.Template.CERTIFICATE_REVOKED] = 45_000
        assert (telling.facts()["notices_a_day"], telling.facts()["notice_days"]) == (20_000, 3)


def test_the_shipped_pack_and_the_shipped_policy_say_the_same():
    policy = tomllib.loads((files("chopmark") / "strongroom/purposes.toml").read_text())
    pack = tomllib.loads((files("chopmark") / "packs/hongkong/authority.toml").read_text())
    assert pack["notices_per_day"] == policy["purpose"]["notice"]["per_day"]
    # Letters take less than half of what the door lets through: checking for duplicates is by the same door.
    assert policy["purpose"]["notice"]["per_hour"] * 2 < policy["limits"]["openings_per_caller_in_an_hour"]


def test_a_plan_keeps_it_and_stays_json(drive, certified):
    wanted = Revoking(matching=Matching(type_code="personal"), reason=CRLReason.KEY_COMPROMISE)
    with at("operator"):
        said = mass_planning.dry_run(wanted, now=NOON).facts
    assert (said["notices"], said["notices_none"], said["notice_days"]) == ({"certificate_revoked": 3}, 0, 1)
    campaign = drive.plans([drive.line(drive.person())])
    assert json.loads(json.dumps(campaign.facts))["notices"] == {"certificate_ready": 1}


def written(drive, type_code="personal", **facts):
    """A plan for a stranger, with what else the dry run may have said."""
    wanted = Wanted(
        type_code=type_code,
        input=Campaign.Input.KEYS,
        grant_id=GRANT,
        purpose="population_issue",
        agreement="terms 2",
    )
    with at("operator"):
        planned = planning.dry_run(wanted, [drive.line(drive.person())], now=NOON)
        planned = replace(planned, facts={**planned.facts, **facts})
        return services.write_plan(wanted=wanted, planned=planned, actor=drive.operators()[0], now=NOON)


def test_nobody_is_asked_who_cannot_answer(drive):
    with refused(HoldersCannotAnswer):
        written(drive)
    assert not Campaign.objects.exists()


def test_nobody_is_asked_who_would_read_of_it_too_late(drive):
    with refused(NoticesOutlastAnswers):
        written(drive, cannot_answer=0, notice_days=30)
    assert written(drive, cannot_answer=0, notice_days=29).count == 1


def test_operators_approve_what_accepts_the_certificates(drive):
    asked, agreed = written(drive, cannot_answer=0), written(drive, "smart-id", notice_days=50)
    assert selectors.terms_of(asked) == {"acceptance": "offer"}
    assert selectors.terms_of(agreed) == {"acceptance": "agreement"}
    with connection.cursor() as cursor:
        cursor.execute("alter table campaigns_campaignterms disable trigger user")
        CampaignTerms.objects.filter(campaign_id=asked.pk).update(terms={"acceptance": "agreement"})
        cursor.execute("alter table campaigns_campaignterms enable trigger user")
    assert selectors.digest_of(asked, selectors.chunk_digests(asked.pk)) != bytes(asked.digest)
