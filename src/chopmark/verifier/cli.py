"""`chopmark log` and `chopmark proof`: read a whole log, or a proof without one, and say whether it is what its key signed."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.cosignature import CosignerKey
from chopmark.pki.tlog.note import VerifierKey
from chopmark.pki.tlog.proof import encode_proof
from chopmark.verifier.certificates import NotACertificate, read_certificate_file, search_for
from chopmark.verifier.faults import Fault
from chopmark.verifier.keys import LogKey, WitnessKey
from chopmark.verifier.log import Report, verify_log
from chopmark.verifier.proof_files import check_file, facts_of, line_of
from chopmark.verifier.proving import make_proof
from chopmark.verifier.sources import Source, source_of
from chopmark.verifier.words import CHINESE, ENGLISH, search_result, sentence, summary


@click.group()
def log() -> None:
    """The transparency log, as anybody can check it."""


_KEY = click.option("--key", type=LogKey(), required=True, help="The log's verifier key.")
_WITNESSES = click.option(
    "--witness",
    "witnesses",
    type=WitnessKey(),
    multiple=True,
    help="A witness's key; it must have cosigned. May be given more than once.",
)
_QUORUM = click.option("--quorum", type=int, help="How many of the witnesses must have; all, if not said.")
_JSON = click.option("--json", "as_json", is_flag=True, help="Answer for programs.")
_LANG = click.option("--lang", type=click.Choice([ENGLISH, CHINESE]), default=ENGLISH, show_default=True)
_CERTIFICATE = click.Path(exists=True, dir_okay=False, path_type=Path)


@log.command()
@click.argument("place", metavar="DIR|URL")
@_KEY
@click.option(
    "--since",
    "kept",
    type=click.Path(exists=True, path_type=Path),
    multiple=True,
    help="A checkpoint that was kept earlier, or a folder of them; the log must continue each. May be given more than once.",
)
@_WITNESSES
@_QUORUM
@_JSON
@_LANG
def verify(
    place: str,
    key: VerifierKey,
    kept: tuple[Path, ...],
    witnesses: tuple[CosignerKey, ...],
    quorum: int | None,
    as_json: bool,
    lang: str,
) -> None:
    """Recompute a log from its entries up. Leaves with 1 at the first fault, naming the entry."""
    try:
        notes = [file.read_bytes().decode(errors="replace") for path in kept for file in _files(path)]
        report = verify_log(
            source_of(place), key, kept=notes, witnesses=witnesses, quorum=_wanted(quorum, witnesses)
        )
    except Fault as fault:
        click.echo(_json_of_fault(fault, lang) if as_json else sentence(fault, lang))
        sys.exit(1)
    click.echo(_json_of_report(report) if as_json else summary(report, lang))


@log.command()
@click.argument("certificate", type=_CERTIFICATE)
@click.option("--log", "place", metavar="DIR|URL", required=True)
@_KEY
@_WITNESSES
@_QUORUM
@_JSON
@_LANG
def contains(
    certificate: Path,
    place: str,
    key: VerifierKey,
    witnesses: tuple[CosignerKey, ...],
    quorum: int | None,
    as_json: bool,
    lang: str,
) -> None:
    """Whether a log says that this certificate was issued. Leaves with 1 if it does not: it was made elsewhere."""
    try:
        search = search_for(read_certificate_file(certificate))
        verify_log(
            source_of(place),
            key,
            witnesses=witnesses,
            quorum=_wanted(quorum, witnesses),
            on_entry=search.look,
        )
    except NotACertificate:
        raise click.UsageError("that file holds no certificate") from None
    except Fault as fault:
        click.echo(_json_of_fault(fault, lang) if as_json else sentence(fault, lang))
        sys.exit(1)
    facts = {
        "contained": search.found_at is not None,
        "index": search.found_at,
        "same_number": search.same_number_at,
    }
    click.echo(json.dumps(facts) if as_json else search_result(search, lang))
    sys.exit(0 if search.found_at is not None else 1)


@click.group()
def proof() -> None:
    """Proofs that something was logged, for whoever has no log at hand."""


@proof.command()
@click.option("--log", "place", metavar="DIR|URL", required=True)
@_KEY
@click.option("--index", type=click.IntRange(min=0), help="The entry, by its number in the log.")
@click.option(
    "--certificate", type=_CERTIFICATE, help="The entry that says that this certificate was issued."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Otherwise it is printed.")
@_LANG
def make(
    place: str, key: VerifierKey, index: int | None, certificate: Path | None, out: Path | None, lang: str
) -> None:
    """Make a proof of one entry, in the C2SP format, with the entry in it."""
    if (index is None) == (certificate is None):
        raise click.UsageError("say which entry: --index, or --certificate")
    try:
        source = source_of(place)
        at = _index_of(certificate, source, key, lang) if certificate else index
        text = encode_proof(make_proof(source, key, at or 0))
    except Fault as fault:
        raise click.ClickException(sentence(fault, lang)) from None
    if out:
        out.write_text(text)
    else:
        click.echo(text, nl=False)


@proof.command("verify")
@click.argument("file", type=_CERTIFICATE)
@_KEY
@_WITNESSES
@_QUORUM
@_JSON
def verify_proof(
    file: Path, key: VerifierKey, witnesses: tuple[CosignerKey, ...], quorum: int | None, as_json: bool
) -> None:
    """Check a proof, or the evidence of a certificate, without any log: only the keys given are believed."""
    try:
        found = check_file(file.read_bytes(), key=key, witnesses=witnesses, quorum=_wanted(quorum, witnesses))
    except Refusal as refusal:
        said = json.dumps({"ok": False, "code": refusal.code}) if as_json else f"Not proved: {refusal.code}."
        click.echo(said)
        sys.exit(1)
    click.echo(
        json.dumps({"ok": True, "entries": [facts_of(one) for one in found]}, ensure_ascii=False)
        if as_json
        else "\n".join(map(line_of, found))
    )


def _index_of(certificate: Path, source: Source, key: VerifierKey, lang: str) -> int:
    """Where the log says that it was issued; the whole log is read and checked on the way."""
    try:
        search = search_for(read_certificate_file(certificate))
    except NotACertificate:
        raise click.UsageError("that file holds no certificate") from None
    verify_log(source, key, on_entry=search.look)
    if search.found_at is None:
        raise click.ClickException(search_result(search, lang))
    return search.found_at


def _wanted(quorum: int | None, witnesses: Sequence[CosignerKey]) -> int:
    return len({key.public_key for key in witnesses}) if quorum is None else quorum


def _files(path: Path) -> list[Path]:
    return sorted(file for file in path.iterdir() if file.is_file()) if path.is_dir() else [path]


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
        "cosigned_by": list(report.cosigned_by),
    }
    return json.dumps(facts, ensure_ascii=False)
