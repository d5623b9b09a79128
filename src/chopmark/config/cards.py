"""`chopmark campaign cards`: what operators do with a card bureau's batches; docs/cards.md is the manual."""

from pathlib import Path
from typing import Any, BinaryIO
from uuid import UUID

import click

from chopmark.config.campaigns import naming_lines, say
from chopmark.config.operator import AS, CODE, HOME, JSON, become, or_refusal


@click.group()
def cards() -> None:
    """Batches of a card bureau: its request file in, our response file out."""


@cards.command()
@click.argument("file", type=click.File("rb"))
@click.option("--type", "type_code", required=True, help="The type of the certificates.")
@click.option(
    "--input",
    "kind",
    type=click.Choice(["cards", "records"]),
    default="cards",
    show_default=True,
    help="cards: the bureau's request file. records: a record's identifier a line; each gets a key of our pool.",
)
@click.option("--bureau", help="Of records: the bureau that the response is for.")
@click.option("--batch", help="Of records: its number for them.")
@click.option("--grant", type=click.UUID, required=True, help="The owner's grant to open the records.")
@click.option("--purpose", default="population_issue", show_default=True)
@click.option(
    "--transport",
    type=click.File("rb"),
    help="The bureau's certificate, PEM or DER, that keys of ours are sealed to.",
)
@click.option(
    "--made-by-us-under",
    "consent",
    help="The agreement in which holders agree that we make their keys, as the pack names it.",
)
@click.option("--algorithm", help="The kind of the keys that are ours; otherwise what the type says.")
@click.option("--dry-run", is_flag=True, help="Look at every line and write nothing.")
@HOME
@AS
@CODE
@JSON
def plan(
    file: BinaryIO,
    type_code: str,
    kind: str,
    bureau: str | None,
    batch: str | None,
    grant: UUID,
    purpose: str,
    dry_run: bool,
    home: Path,
    number: str,
    code: str,
    as_json: bool,
    **ours: Any,
) -> None:
    """Look at every line of FILE, a bureau's requests, and write a plan down, if nothing is wrong with any."""
    if (kind == "records") != bool(bureau and batch):
        raise click.UsageError(
            "--bureau and --batch go with --input records: a request file says both itself"
        )
    become(home, "operator")
    from chopmark.authority.campaigns import card_planning, cards
    from chopmark.authority.campaigns.models import Campaign
    from chopmark.authority.campaigns.planning import Wanted
    from chopmark.authority.catalogue.selectors import agreement_in_force
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code
    from chopmark.config.card_requests import named_lines, ours_of

    def ask() -> dict[str, Any]:
        now = clock.now()
        operator = enter_by_code(number=number, code=code, now=now)
        wanted = Wanted(
            type_code=type_code,
            input=Campaign.Input(kind),
            grant_id=grant,
            purpose=purpose,
            agreement=agreement_in_force(now).name,
        )
        named = named_lines(file, bureau, batch)
        planned = card_planning.dry_run(wanted, *named, now=now, ours=ours_of(type_code, now=now, **ours))
        if dry_run:
            return planned.facts
        made = cards.write_cards(wanted=wanted, planned=planned, actor=operator, now=now)
        terms = planned.as_terms()
        return {"campaign": made.reference, "digest": bytes(made.digest).hex(), **planned.facts, **terms}

    say(or_refusal(lambda: naming_lines(ask)), as_json)


@cards.command()
@click.argument("reference")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True, help="The new file.")
@HOME
@AS
@CODE
@JSON
def response(reference: str, out: Path, home: Path, number: str, code: str, as_json: bool) -> None:
    """Write the response for the bureau: a line for each request, in the order of the requests."""
    if not out.parent.is_dir():
        raise click.UsageError(f"there is no folder {out.parent}")
    become(home, "operator")
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code
    from chopmark.config.card_response import write_response

    def ask() -> dict[str, Any]:
        operator = enter_by_code(number=number, code=code, now=clock.now())
        return write_response(reference, out, actor=operator, now=clock.now())

    say(or_refusal(ask), as_json)


@cards.command()
@click.argument("reference")
@click.option("--digest", required=True, help="SHA-256 of the response file that the bureau says it has.")
@HOME
@AS
@CODE
@JSON
def acknowledge(reference: str, digest: str, home: Path, number: str, code: str, as_json: bool) -> None:
    """The bureau has the response: our copies of the keys in it are destroyed."""
    become(home, "operator")
    from chopmark.authority.campaigns import cards
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code

    try:
        octets = bytes.fromhex(digest)
    except ValueError:
        raise click.UsageError("a digest is written in hexadecimal") from None

    def ask() -> dict[str, Any]:
        operator = enter_by_code(number=number, code=code, now=clock.now())
        cards.acknowledge(reference=reference, sha256=octets, actor=operator, now=clock.now())
        return {"campaign": reference.strip().upper(), "acknowledged": octets.hex()}

    say(or_refusal(ask), as_json)
