"""`chopmark campaign`: what operators do with certificates for a whole population; docs/campaigns.md is the manual."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import click

from chopmark.config.operator import AS, CODE, HOME, JSON, become, or_refusal

FAULTS_SAID = 20
# What a file's owner can do about a line; whatever is not here says itself by its code.
REMEDIES = {
    "key_repeated": "the key is in use already: have another one made",
    "line_malformed": "write the record's identifier, a comma, and the key or request in base64",
    "line_repeated": "the record or the key stands in another line: keep one",
    "csr_proof_failed": "the request is not signed by its own key: have it made anew",
    "csr_malformed": "that is no PKCS #10 request: have it made anew",
}


@click.group()
def campaign() -> None:
    """Certificates for many people: planned, approved by several operators, then made by whatever workers there are."""


@campaign.command()
@click.argument("file", type=click.File("r", encoding="utf-8"))
@click.option("--type", "type_code", required=True, help="The type of the certificates.")
@click.option("--input", "kind", type=click.Choice(["keys", "csr"]), required=True)
@click.option("--grant", type=click.UUID, required=True, help="The owner's grant to open the records.")
@click.option("--purpose", default="population_issue", show_default=True)
@click.option("--dry-run", is_flag=True, help="Look at every line and write nothing.")
@HOME
@AS
@CODE
@JSON
def plan(
    file: Any,
    type_code: str,
    kind: str,
    grant: UUID,
    purpose: str,
    dry_run: bool,
    home: Path,
    number: str,
    code: str,
    as_json: bool,
) -> None:
    """Look at every line of FILE (record,base64) and write a plan down, if nothing is wrong with any."""
    become(home, "operator")
    from chopmark.authority.campaigns import planning, services
    from chopmark.authority.campaigns.errors import CampaignFaulty
    from chopmark.authority.campaigns.models import Campaign
    from chopmark.authority.catalogue.selectors import agreement_in_force
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code

    def ask() -> dict[str, Any]:
        now = clock.now()
        operator = enter_by_code(number=number, code=code, now=now)
        wanted = planning.Wanted(
            type_code=type_code,
            input=Campaign.Input(kind),
            grant_id=grant,
            purpose=purpose,
            agreement=agreement_in_force(now).name,
        )
        planned = planning.dry_run(wanted, file, now=now)
        if dry_run:
            return dict(planned.facts)
        made = services.write_plan(wanted=wanted, planned=planned, actor=operator, now=now)
        return {"campaign": made.reference, "digest": bytes(made.digest).hex(), **planned.facts}

    def ask_and_name_the_lines() -> dict[str, Any]:
        try:
            return ask()
        except CampaignFaulty as faulty:
            for line, why in faulty.faults[:FAULTS_SAID]:
                click.echo(f"line {line}: {REMEDIES.get(why, why)}", err=True)
            raise

    _say(or_refusal(ask_and_name_the_lines), as_json)


@campaign.command()
@click.argument("reference")
@click.option(
    "--digest", required=True, help="The digest that `plan` or `status` printed, as you have read it."
)
@HOME
@AS
@CODE
@JSON
def approve(reference: str, digest: str, home: Path, number: str, code: str, as_json: bool) -> None:
    """Agree to a campaign; the pack says how many operators must, each for herself."""
    become(home, "operator")
    from chopmark.authority.campaigns import services

    try:
        octets = bytes.fromhex(digest)
    except ValueError:
        raise click.UsageError("a digest is written in hexadecimal") from None

    def act(operator: Any, now: Any) -> None:
        services.approve(reference=reference, digest=octets, actor=operator, now=now)

    _act_and_say(reference, act, number, code, as_json)


@campaign.command()
@click.argument("reference")
@HOME
@AS
@CODE
@JSON
def start(reference: str, home: Path, number: str, code: str, as_json: bool) -> None:
    """Let the chunks of an approved campaign be done."""
    _step("start", reference, home, number, code, as_json)


@campaign.command()
@click.argument("reference")
@HOME
@AS
@CODE
@JSON
def pause(reference: str, home: Path, number: str, code: str, as_json: bool) -> None:
    """Begin no further chunk until it is resumed; what is intended already is signed."""
    _step("pause", reference, home, number, code, as_json)


@campaign.command()
@click.argument("reference")
@HOME
@AS
@CODE
@JSON
def resume(reference: str, home: Path, number: str, code: str, as_json: bool) -> None:
    """Go on with a campaign that was paused."""
    _step("resume", reference, home, number, code, as_json)


@campaign.command()
@click.argument("reference")
@HOME
@JSON
def status(reference: str, home: Path, as_json: bool) -> None:
    """Say how far a campaign is."""
    become(home, "operator")
    _say(or_refusal(lambda: _progress(reference)), as_json)


@campaign.command()
@click.argument("reference")
@HOME
@JSON
def report(reference: str, home: Path, as_json: bool) -> None:
    """Say what became of each line that is no certificate, and under which digest the log keeps the rest."""
    become(home, "operator")
    from chopmark.authority.campaigns import selectors

    def ask() -> dict[str, Any]:
        failed = selectors.failed_lines(selectors.by_reference(reference))
        return _progress(reference) | {"failed_lines": dict(failed)}

    _say(or_refusal(ask), as_json)


def _step(verb: str, reference: str, home: Path, number: str, code: str, as_json: bool) -> None:
    become(home, "operator")
    from chopmark.authority.campaigns import services

    def act(operator: Any, now: Any) -> None:
        getattr(services, verb)(reference=reference, actor=operator, now=now)

    _act_and_say(reference, act, number, code, as_json)


def _act_and_say(
    reference: str, act: Callable[[Any, Any], None], number: str, code: str, as_json: bool
) -> None:
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code

    def ask() -> dict[str, Any]:
        act(enter_by_code(number=number, code=code, now=clock.now()), clock.now())
        return _progress(reference)

    _say(or_refusal(ask), as_json)


def _progress(reference: str) -> dict[str, Any]:
    from chopmark.authority.campaigns import selectors

    return selectors.progress(selectors.by_reference(reference)).as_json()


def _say(said: dict[str, Any], as_json: bool) -> None:
    click.echo(
        json.dumps(said, indent=2)
        if as_json
        else "\n".join(f"{name}: {value}" for name, value in said.items())
    )
