"""`chopmark campaign plan-replacement`: which certificates go by a day, and which come; docs/campaigns.md is the manual."""

from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from chopmark.config.campaigns import naming_lines, say
from chopmark.config.mass_revocation import MOMENT, choosing, here, in_words, matching_of
from chopmark.config.operator import AS, CODE, HOME, JSON, become, or_refusal


@click.command("plan-replacement")
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--type", "type_code", required=True, help="The type of the old certificates and the new.")
@choosing
@click.option("--input", "kind", type=click.Choice(["keys", "csr"]), required=True)
@click.option("--grant", type=click.UUID, required=True, help="The owner's grant to open the records.")
@click.option("--purpose", default="population_issue", show_default=True)
@click.option("--by", type=MOMENT, required=True, help="When this day begins, the old ones go.")
@click.option(
    "--then",
    type=click.Choice(["report", "revoke"]),
    default="report",
    show_default=True,
    help="What becomes of those for which nobody brought a new key. Whoever did, and whose line our side refused, keeps hers.",
)
@click.option(
    "--overlap-days",
    type=click.IntRange(min=0),
    help="Revoke an old one so many days after its new one is recorded, and not only at the day.",
)
@click.option("--dry-run", is_flag=True, help="Look at every line and certificate and write nothing.")
@HOME
@AS
@CODE
@JSON
def plan_replacement(
    file: Any,
    kind: str,
    grant: UUID,
    purpose: str,
    by: datetime,
    then: str,
    overlap_days: int | None,
    dry_run: bool,
    home: Path,
    number: str,
    code: str,
    as_json: bool,
    **asked: Any,
) -> None:
    """Find every certificate that is as asked, look at every line of FILE (record,base64), and write both down."""
    become(home, "operator")
    from chopmark.authority.campaigns import replacement_planning, services
    from chopmark.authority.campaigns.models import Campaign
    from chopmark.authority.campaigns.planning import Wanted
    from chopmark.authority.catalogue.selectors import agreement_in_force
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code

    def ask() -> dict[str, Any]:
        now = clock.now()
        operator = enter_by_code(number=number, code=code, now=now)
        wanted = replacement_planning.Replacing(
            issue=Wanted(
                type_code=asked["type_code"],
                input=Campaign.Input(kind),
                grant_id=grant,
                purpose=purpose,
                agreement=agreement_in_force(now).name,
            ),
            matching=matching_of(**asked),
            by=here(by),
            then=replacement_planning.Then(then),
            overlap_days=overlap_days,
        )
        planned = replacement_planning.dry_run(wanted, file, now=now)
        if dry_run:
            return dict(planned.facts)
        made = services.write_replacement(wanted=wanted, planned=planned, actor=operator, now=now)
        return {"campaign": made.reference, "digest": bytes(made.digest).hex(), **planned.facts}

    say(or_refusal(lambda: naming_lines(lambda: in_words(ask))), as_json)
