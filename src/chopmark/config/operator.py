"""What an operator types: verbs that act in her name, each with a one-time code, and readings for anybody on the machine."""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from chopmark.config.audit.fault import Fault
from chopmark.config.home import open_home
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.note import VerifierKey
from chopmark.verifier.keys import LogKey
from chopmark.verifier.sources import source_of

# Seconds: what a running service had half done at the first look of an audit is whole by then.
LOOK_AGAIN_AFTER = 2.0
# `transparency.alerts.Reason`, which is known when the settings are; a test holds them together.
REASONS = ("configuration_corrected", "database_brought_up", "fork_handed_over", "witness_replaced")
HOME = click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar="CHOPMARK_HOME",
    default=Path(".home"),
    show_default=True,
    help="The home folder of the installation.",
)
JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
AS = click.option("--as", "number", required=True, help="Your staff number.")
CODE = click.option(
    "--code", prompt="One-time code", hide_input=True, help="The code your authenticator shows now."
)


def register(cli: click.Group) -> None:
    """Add these verbs to the `chopmark` command."""
    from chopmark.config.bench.command import bench
    from chopmark.config.campaigns import campaign
    from chopmark.config.cards import cards
    from chopmark.config.cohorts import plan_cohort, subscriptions
    from chopmark.config.keypool import keypool
    from chopmark.config.mass_replacement import plan_replacement
    from chopmark.config.mass_revocation import plan_revocation
    from chopmark.config.staff import staff
    from chopmark.verifier.cli import log, proof

    campaign.add_command(plan_cohort)
    campaign.add_command(cards)
    campaign.add_command(plan_replacement)
    campaign.add_command(plan_revocation)
    cli.add_command(campaign)
    cli.add_command(keypool)
    cli.add_command(crl)
    cli.add_command(staff)
    cli.add_command(subscriptions)
    cli.add_command(certificate)
    cli.add_command(witness)
    cli.add_command(audit)
    cli.add_command(log)
    cli.add_command(proof)
    cli.add_command(bench)


@click.group()
def crl() -> None:
    """Revocation lists."""


@crl.command()
@click.option("--now", "at_once", is_flag=True, required=True, help="Do not wait for the next slot.")
@click.option("--issuer", "slug", help="Only this issuer's lists; otherwise every issuing authority's.")
@HOME
@AS
@CODE
@JSON
def publish(home: Path, number: str, code: str, slug: str | None, at_once: bool, as_json: bool) -> None:
    """Have new lists made now; they are public as soon as they are signed and logged."""
    become(home, "operator")
    from chopmark.authority.custody import selectors as custody
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code
    from chopmark.authority.publication.services import publish_now

    def ask() -> dict[str, int]:
        operator = enter_by_code(number=number, code=code, now=clock.now())
        wanted = [custody.authority_by_slug(slug)] if slug else custody.authorities()
        return {
            one.slug: publish_now(issuer_id=one.id, actor=operator, now=clock.now())
            for one in wanted
            if slug or not one.is_root
        }

    made = or_refusal(ask)
    lines = [f"{issuer}: {count} lists asked for" for issuer, count in made.items()]
    click.echo(json.dumps(made) if as_json else "\n".join(lines))


@crl.command()
@click.option("--from", "first", type=click.DateTime(["%Y-%m-%d"]), help="Otherwise today.")
@click.option("--until", "last", type=click.DateTime(["%Y-%m-%d"]), help="Otherwise the same day.")
@HOME
@JSON
def slots(home: Path, first: datetime | None, last: datetime | None, as_json: bool) -> None:
    """Say of each slot of the timetable when its lists were due and when they were public; leaves with 1 if one was late."""
    become(home, "audit")
    from chopmark.config.slots import said_of

    lines, all_on_time = said_of(first and first.date(), last and last.date())
    click.echo(json.dumps(lines, indent=2) if as_json else "\n".join(" ".join(one.values()) for one in lines))
    sys.exit(0 if all_on_time else 1)


@crl.command()
@click.option(
    "--log", "place", required=True, metavar="PLACE", help="The public log, a folder or an address."
)
@click.option("--key", type=LogKey(), required=True, metavar="VKEY", help="The key that signs it.")
@HOME
@AS
@CODE
@JSON
def restore(home: Path, place: str, key: VerifierKey, number: str, code: str, as_json: bool) -> None:
    """After a restore from a backup: bring back every revocation and suspension that the public log tells of."""
    become(home, "operator")
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code
    from chopmark.authority.revocation import restoring
    from chopmark.config.revocations import told_by

    def bring_back() -> dict[str, int]:
        operator = enter_by_code(number=number, code=code, now=clock.now())
        told = told_by(source_of(place), key)
        return {"told": len(told), "restored": restoring.restore(told=told, actor=operator, now=clock.now())}

    done = or_refusal(bring_back)
    click.echo(
        json.dumps(done)
        if as_json
        else f"{done['restored']} of {done['told']} that the log tells of were missing"
    )


@click.group()
def certificate() -> None:
    """Certificates on their way."""


@certificate.command()
@click.argument("reference")
@HOME
@AS
@CODE
@JSON
def retry(home: Path, reference: str, number: str, code: str, as_json: bool) -> None:
    """Have an approved application intended again, once what stood in the way is mended."""
    become(home, "operator")
    from chopmark.authority.issuance.services import ask_again
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code

    def ask() -> str:
        operator = enter_by_code(number=number, code=code, now=clock.now())
        ask_again(reference=reference, actor=operator, now=clock.now())
        return reference

    asked = or_refusal(ask)
    click.echo(json.dumps({"asked": asked}) if as_json else f"{asked}: asked again")


@certificate.command()
@click.argument("serial")
@HOME
@JSON
@click.option(
    "--at",
    "moment",
    type=click.DateTime(["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z"]),
    required=True,
    help="A moment with its offset, 2026-11-20T10:00+08:00.",
)
def status(serial: str, home: Path, as_json: bool, moment: datetime) -> None:
    """Say what the world could know of a certificate at a moment: valid or not, by which public list, recognised or not."""
    become(home, "audit")
    from chopmark.config.past import words_of

    found = or_refusal(lambda: words_of(_serial_number(serial), at=moment))
    click.echo(
        json.dumps(found) if as_json else "\n".join(f"{name}: {value}" for name, value in found.items())
    )


@certificate.command()
@click.argument("serial")
@HOME
@click.option(
    "--with-payloads", is_flag=True, help="Open what each entry commits to, as an auditor may see it."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Otherwise it is printed.")
def evidence(serial: str, home: Path, with_payloads: bool, out: Path | None) -> None:
    """Gather every entry about a certificate with its proof, in one file that `chopmark proof verify` checks offline."""
    become(home, "audit")
    from chopmark.config.evidence import gather

    text, waiting = or_refusal(lambda: gather(_serial_number(serial), with_payloads=with_payloads))
    if waiting:
        click.echo(
            f"{waiting} entries are not in it: no checkpoint that may be relied on is over them yet", err=True
        )
    if out:
        out.write_text(text)
    else:
        click.echo(text, nl=False)


@click.group()
def witness() -> None:
    """Witnesses that would not go on with the authority's log."""


@witness.command()
@HOME
@JSON
def alerts(home: Path, as_json: bool) -> None:
    """Those that nobody has acknowledged; docs/witness.md says what each answer means."""
    become(home, "operator")
    from chopmark.authority.transparency.alerts import open_alerts

    found = [
        {
            "id": one.pk,
            "witness": one.witness.partition("+")[0],
            "after_size": one.after_size,
            "code": one.code,
        }
        for one in open_alerts()
    ]
    lines = [
        f"{one['id']}: {one['witness']} would not go on after size {one['after_size']} ({one['code']})"
        for one in found
    ]
    click.echo(json.dumps(found) if as_json else "\n".join(lines) or "none")


@witness.command()
@click.argument("alert", type=int)
@click.option("--reason", required=True, type=click.Choice(REASONS), help="What was found.")
@HOME
@AS
@CODE
@JSON
def acknowledge(home: Path, alert: int, reason: str, number: str, code: str, as_json: bool) -> None:
    """Say, for the operator or the supervisor, that an alert was looked into; the log keeps who said what."""
    become(home, "operator")
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.sign_in import enter_by_code
    from chopmark.authority.transparency.alerts import Reason
    from chopmark.authority.transparency.alerts import acknowledge as service

    def ask() -> int:
        officer = enter_by_code(number=number, code=code, now=clock.now())
        service(alert_id=alert, reason=Reason(reason), actor=officer, now=clock.now())
        return alert

    seen = or_refusal(ask)
    click.echo(json.dumps({"acknowledged": seen}) if as_json else f"alert {seen}: acknowledged")


@click.command()
@HOME
@JSON
@click.option("--settled", is_flag=True, help="Nothing is on its way: a claim without a record is a fault.")
@click.option("--offline", is_flag=True, help="Do not ask the responder.")
@click.option(
    "--strongroom", is_flag=True, help="As the data owner: read the strongroom's log and rows instead."
)
@click.option(
    "--write-openings",
    type=click.Path(dir_okay=False, path_type=Path),
    help="With --strongroom: write what the owner's log commits to, for --openings.",
)
@click.option(
    "--openings",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="What the owner wrote with --write-openings; it is held against her public log.",
)
@click.option(
    "--owners-log", metavar="PLACE", help="With --openings: the owner's public log, a folder or an address."
)
@click.option("--owners-key", type=LogKey(), metavar="VKEY", help="With --openings: the key that signs it.")
def audit(
    home: Path,
    as_json: bool,
    settled: bool,
    offline: bool,
    strongroom: bool,
    write_openings: Path | None,
    openings: Path | None,
    owners_log: str | None,
    owners_key: VerifierKey | None,
) -> None:
    """Reconcile the database's own walls, books, decisions, log, key uses, lists and answers; leaves with 1 at any fault.

    With --openings also what the strongroom gave, for which application; with --strongroom the owner reads her own side.
    """
    if write_openings and not strongroom:
        raise click.UsageError("--write-openings is the owner's: say --strongroom too")
    if openings and not (owners_log and owners_key):
        raise click.UsageError("--openings needs --owners-log and --owners-key: a file alone proves nothing")
    look = _owners_look(home, write_openings) if strongroom else _look(home, settled, offline)

    from chopmark.config.audit.looking import standing, whole
    from chopmark.config.audit.openings import check_openings

    found = standing(look, lambda: time.sleep(LOOK_AGAIN_AFTER))
    if openings and owners_log and owners_key:
        lines = openings.read_text(encoding="utf-8").splitlines()
        found += whole("openings", check_openings(lines, source_of(owners_log), owners_key))
    click.echo(
        json.dumps({"ok": not found, "faults": [str(one) for one in found]})
        if as_json
        else "\n".join(map(str, found)) or "nothing is wrong"
    )
    sys.exit(1 if found else 0)


def _look(home: Path, settled: bool, offline: bool) -> Callable[[], Iterable[Fault]]:
    become(home, "audit")
    from django.conf import settings

    from chopmark.authority.kernel import clock
    from chopmark.config.audit.command import faults

    address = None if offline else settings.CHOPMARK_OCSP_URL
    return lambda: faults(now=clock.now(), settled=settled, ocsp_address=address)


def _owners_look(home: Path, write_openings: Path | None) -> Callable[[], Iterable[Fault]]:
    import django

    from chopmark.config.children import strongroom_environment

    os.environ.update(strongroom_environment(open_home(home), "audit"))
    django.setup()
    from chopmark.config.audit import strongroom
    from chopmark.config.audit.openings import write_lines
    from chopmark.strongroom import clock

    if write_openings:
        click.echo(f"{write_lines(write_openings)} lines", err=True)
    return lambda: strongroom.faults(now=clock.now())


def _serial_number(typed: str) -> bytes:
    try:
        return bytes.fromhex(typed.replace(":", ""))
    except ValueError:
        raise click.UsageError("a serial number is written in hexadecimal") from None


def become(home: Path, process: str) -> None:
    """Read the settings of this home as one of its processes, with that process's grants and no more."""
    import django

    from chopmark.config.children import authority_environment

    os.environ.update(authority_environment(open_home(home), process))
    django.setup()


def or_refusal(ask: Callable[[], Any]) -> Any:
    """What is asked, or the refusal's own code, with how many or which, and a non-zero exit."""
    try:
        return ask()
    except Refusal as refusal:
        details = ", ".join(f"{name} {value}" for name, value in refusal.details.items())
        raise click.ClickException(f"{refusal.code} ({details})" if details else refusal.code) from refusal
