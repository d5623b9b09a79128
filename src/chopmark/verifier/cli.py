"""`chopmark log verify`: read a whole log, and say whether it is what its key signed."""

import json
import sys
from pathlib import Path

import click

from chopmark.pki.tlog.note import VerifierKey
from chopmark.verifier.faults import Fault
from chopmark.verifier.keys import LogKey
from chopmark.verifier.log import Report, verify_log
from chopmark.verifier.sources import source_of
from chopmark.verifier.words import CHINESE, ENGLISH, sentence, summary


@click.group()
def log() -> None:
    """The transparency log, as anybody can check it."""


@log.command()
@click.argument("place", metavar="DIR|URL")
@click.option("--key", type=LogKey(), required=True, help="The log's verifier key.")
@click.option(
    "--since",
    "kept",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="A checkpoint that was kept earlier; the log must continue it. May be given more than once.",
)
@click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
@click.option("--lang", type=click.Choice([ENGLISH, CHINESE]), default=ENGLISH, show_default=True)
def verify(place: str, key: VerifierKey, kept: tuple[Path, ...], as_json: bool, lang: str) -> None:
    """Recompute a log from its entries up. Leaves with 1 at the first fault, naming the entry."""
    try:
        notes = [file.read_bytes().decode(errors="replace") for file in kept]
        report = verify_log(source_of(place), key, kept=notes)
    except Fault as fault:
        click.echo(_json_of_fault(fault, lang) if as_json else sentence(fault, lang))
        sys.exit(1)
    click.echo(_json_of_report(report) if as_json else summary(report, lang))


def _json_of_fault(fault: Fault, language: str) -> str:
    facts = {
        "ok": False,
        "fault": fault.code,
        "path": fault.path,
        "first": fault.first,
        "last": fault.last,
        "why": fault.why,
        "sentence": sentence(fault, language),
    }
    return json.dumps(facts, ensure_ascii=False)


def _json_of_report(report: Report) -> str:
    facts = {
        "ok": True,
        "origin": report.origin,
        "size": report.size,
        "root": report.root_hash.hex(),
        "tiles": report.tiles,
        "kept": list(report.kept),
    }
    return json.dumps(facts, ensure_ascii=False)
