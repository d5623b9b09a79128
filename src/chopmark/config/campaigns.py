"""`chopmark campaign`: what operators do with certificates for a whole population; docs/campaigns.md is the manual."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from chopmark.config.operator import AS, CODE, HOME, JSON, become, or_refusal

if TYPE_CHECKING:
    from chopmark.authority.campaigns.models import Campaign

FAULTS_SAID = 20
# What a file's owner can do about a line; whatever is not here says itself by its code.
REMEDIES = {
    "key_repeated": "the key is in use already: have another one made",
    "line_malformed": "write the record's identifier, a comma, and the key or request in base64",
    "line_repeated": "what it says stands in another line: keep one",
    "csr_proof_failed": "the request is not signed by its own key: have it made anew",
    "hex_line_malformed": "write a serial number, or the SHA-256 of a public key, in hexadecimal",
    "record_not_matched": "the record has no certificate that is to be replaced: leave the line out",
    "serial_of_several": "certificates of several issuers have this serial number: say which with --issuer",
    "serial_unknown": "no certificate of ours has this serial number, or none of the issuer that was named",
    "card_line_malformed": "write the request's number, the record's identifier and, if the chip made it, the key in base64",
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
    from chopmark.authority.campaigns.models import Campaign
    from chopmark.authority.catalogue.selectors import agreement_in_force
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code
    from chopmark.config.mass_revocation import in_words

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

    say(or_refusal(lambda: naming_lines(lambda: in_words(ask))), as_json)


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
    """Say how far a campaign is, how fast it goes, and how long the rest takes at that rate."""
    become(home, "operator")
    from chopmark.authority.campaigns import accepting, pacing, selectors
    from chopmark.authority.kernel import clock

    def ask() -> dict[str, Any]:
        campaign = selectors.by_reference(reference)
        progress = selectors.progress(campaign)
        pace = pacing.pace(campaign, pending=progress.pending, now=clock.now())
        return progress.as_json() | accepting.acceptance(campaign) | pace.as_json()

    say(or_refusal(ask), as_json)


@campaign.command()
@click.argument("reference")
@click.option(
    "--signed",
    "folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Write the report of a finished campaign there too, and the log's proof of it.",
)
@HOME
@JSON
def report(reference: str, folder: Path | None, home: Path, as_json: bool) -> None:
    """Say what became of each line that is no certificate, and under which digest the log keeps the rest."""
    become(home, "audit" if folder else "operator")
    from chopmark.authority.campaigns import selectors

    def ask() -> dict[str, Any]:
        found = selectors.by_reference(reference)
        files = _write_signed(found, folder) if folder else {}
        return selectors.report(found) | files

    say(or_refusal(ask), as_json)


def _write_signed(found: "Campaign", folder: Path) -> dict[str, str]:
    """The report's own octets, and the proof that the log has their digest: who trusts the log's key needs nothing else."""
    from chopmark.authority.campaigns import selectors
    from chopmark.authority.campaigns.services import report_text
    from chopmark.config.evidence import proof_of
    from chopmark.pki.tlog.proof import encode_proof
    from chopmark.publiclog.errors import LeafNotUnderCheckpoint

    step = selectors.last_step(found.pk)
    if step is None or step.report_sha256 is None or step.leaf_id is None:
        raise click.ClickException("its report is signed when the campaign is finished, and it is not")
    try:
        proof = encode_proof(proof_of(step.leaf_id))
    except LeafNotUnderCheckpoint:
        raise click.ClickException("the log has not signed it yet: ask again in a minute") from None
    report_file, proof_file = (folder / f"{found.reference}.{end}" for end in ("json", "tlog-proof"))
    report_file.write_bytes(report_text(selectors.progress(found).as_json()))
    proof_file.write_text(proof)
    return {"report": str(report_file), "proof": str(proof_file)}


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

    say(or_refusal(ask), as_json)


def _progress(reference: str) -> dict[str, Any]:
    from chopmark.authority.campaigns import selectors

    return selectors.progress(selectors.by_reference(reference)).as_json()


def naming_lines(ask: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """What is asked; of a file that cannot be used, the lines and what to do about each."""
    from chopmark.authority.campaigns.errors import CampaignFaulty

    try:
        return ask()
    except CampaignFaulty as faulty:
        for line, why in faulty.faults[:FAULTS_SAID]:
            click.echo(f"line {line}: {REMEDIES.get(why, why)}", err=True)
        raise


def say(said: dict[str, Any], as_json: bool) -> None:
    click.echo(
        json.dumps(said, indent=2)
        if as_json
        else "\n".join(f"{name}: {_in_a_line(value)}" for name, value in said.items())
    )


def _in_a_line(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {said}" for name, said in value.items()) or "none"
    return str(value)
