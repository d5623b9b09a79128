"""`chopmark campaign plan-cohort` and `chopmark subscriptions`: who is free for how long; docs/subscriptions.md is the manual."""

import json
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from chopmark.config.campaigns import naming_lines, say
from chopmark.config.mass_revocation import here
from chopmark.config.operator import AS, CODE, HOME, JSON, become, or_refusal
from chopmark.pki.refusals import Refusal

_DAY = click.DateTime(["%Y-%m-%d"])
SAID = {
    "campaign_of_everything": "say which certificates: by type, issuer, day or campaign",
    "cohort_open": "say until when: with --issued-before, or --campaign; for all that is issued from now on there is the tariff",
    "period_not_longer": "no certificate of this cohort would be free for longer than it is",
    "period_shortened": "an earlier decision gave some of these certificates more, and nothing is taken back: leave them out",
}
_LOOKS_BACK = 12  # months


@click.command("plan-cohort")
@click.option("--type", "type_code", help="Certificates of this type.")
@click.option("--issuer", help="Certificates of this issuer.")
@click.option("--issued-after", type=_DAY, help="Valid from this day on, or later.")
@click.option("--issued-before", type=_DAY, help="Valid from before this day.")
@click.option("--campaign", "of_campaign", help="Certificates of this campaign, C26110001.")
@click.option(
    "--free-months",
    type=click.IntRange(1, 600),
    required=True,
    help="For so long from its beginning a certificate is free, and not one after another.",
)
@click.option(
    "--dry-run", is_flag=True, help="Say whose period becomes longer, and what it costs, and write nothing."
)
@HOME
@AS
@CODE
@JSON
def plan_cohort(
    type_code: str | None,
    issuer: str | None,
    issued_after: datetime | None,
    issued_before: datetime | None,
    of_campaign: str | None,
    free_months: int,
    dry_run: bool,
    home: Path,
    number: str,
    code: str,
    as_json: bool,
) -> None:
    """Count whose free period becomes longer, and write down that it is to be so."""
    become(home, "operator")
    from chopmark.authority.campaigns import cohort_planning, services
    from chopmark.authority.campaigns.matching import Matching
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code

    def ask() -> dict[str, Any]:
        now = clock.now()
        operator = enter_by_code(number=number, code=code, now=now)
        matching = Matching(
            type_code=type_code,
            issuer=issuer,
            issued_after=issued_after and here(issued_after),
            issued_before=issued_before and here(issued_before),
            campaign=of_campaign,
        )
        wanted = cohort_planning.Extending(matching=matching, free_months=free_months)
        planned = cohort_planning.dry_run(wanted, now=now)
        if dry_run:
            return dict(planned.facts)
        made = services.write_cohort_change(wanted=wanted, planned=planned, actor=operator, now=now)
        return {"campaign": made.reference, "digest": bytes(made.digest).hex(), **planned.facts}

    say(or_refusal(lambda: naming_lines(lambda: _in_words(ask))), as_json)


def _in_words(ask: Any) -> dict[str, Any]:
    try:
        return dict(ask())
    except Refusal as refusal:
        if refusal.code in SAID:
            details = ", ".join(f"{name} {value}" for name, value in refusal.details.items())
            click.echo(f"{SAID[refusal.code]}{f' ({details})' if details else ''}", err=True)
        raise


@click.command()
@click.option(
    "--issued-after",
    type=_DAY,
    help="Certificates that are valid from this day on, or later; otherwise a year back.",
)
@click.option("--issued-before", type=_DAY, help="Certificates that are valid from before this day.")
@HOME
@JSON
def subscriptions(
    issued_after: datetime | None, issued_before: datetime | None, home: Path, as_json: bool
) -> None:
    """Say how many subscriptions are free, paid and over, by type and by the month in which their certificates began."""
    become(home, "audit")
    from chopmark.authority.kernel import clock
    from chopmark.authority.subscriptions.counting import counts

    now = clock.now()
    first = issued_after.date() if issued_after else _a_year_before(now)
    found = or_refusal(
        lambda: counts(first_day=first, before_day=issued_before and issued_before.date(), at=now)
    )
    lines = [asdict(one) for one in found]
    if as_json:
        click.echo(json.dumps(lines, indent=2))
        return
    click.echo(f"certificates that began on {first} or later")
    for one in found:
        given = f", {one.free_by_decision} of them by decision" if one.free_by_decision else ""
        click.echo(f"{one.type_code} {one.month}: free {one.free}{given}; paid {one.paid}; over {one.over}")


def _a_year_before(now: datetime) -> date:
    from chopmark.authority.catalogue.reading import current
    from chopmark.authority.catalogue.selectors import months_later

    return months_later(current().authority.day_of(now).replace(day=1), 1 - _LOOKS_BACK)
