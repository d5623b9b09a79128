"""A replacement for the three people of a population: planned, started, its lines made into certificates."""

from datetime import timedelta

from campaign_stage import GRANT
from chopmark.authority.campaigns import replacement_planning, services, signing
from chopmark.authority.campaigns.matching import Matching
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.campaigns.planning import Wanted
from chopmark.authority.campaigns.replacement_planning import Replacing, Then
from chopmark.authority.revocation.models import Revocation
from world import NOON, at

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LATER = NOON + HOUR
BY = NOON + 30 * DAY
LINES, REPLACED, WITHOUT_KEY = 0, 1, 2  # the chunks of a small replacement


def plans(drive, records, *, actor=None, matching=None, **terms):
    wanted = Replacing(
        issue=Wanted(
            type_code="personal",
            input=Campaign.Input.KEYS,
            grant_id=GRANT,
            purpose="population_issue",
            agreement="terms 1",
        ),
        matching=matching or Matching(type_code="personal"),
        **{"by": BY, "then": Then.REPORT} | terms,
    )
    lines = [drive.line(record) for record in records]
    with at("operator"):
        planned = replacement_planning.dry_run(wanted, lines, now=LATER)
        planned.facts["issue"]["cannot_answer"] = 0  # as `campaign_stage.answering`
        return services.write_replacement(
            wanted=wanted, planned=planned, actor=actor or drive.operators()[0], now=LATER
        )


def started(drive, records, **changes):
    campaign = plans(drive, records, **changes)
    drive.approves(campaign)
    drive.starts(campaign)
    drive.owner.changes = {"at": int(LATER.timestamp())}
    return campaign


def renewed(world, drive, records, **changes):
    """A replacement whose lines have become certificates."""
    campaign = started(drive, records, **changes)
    assert drive.works(campaign, LINES, now=LATER)
    with at("signer"):
        assert signing.run_once(token=world.token, now=LATER, claimer=1) == len(records)
    return campaign


def revoked():
    return {bytes(one) for one in Revocation.objects.values_list("serial_number", flat=True)}
