"""`python -m chopmark.strongroom`: what the owner's staff and the process's keeper type."""

import os
from datetime import UTC, datetime

import click

from chopmark.strongroom import ceremony, clock, waivers
from chopmark.strongroom.keyring import open_receipt_key
from chopmark.strongroom.options import Options
from chopmark.strongroom.sealing import read_private
from chopmark.strongroom.waivers import Waiver


@click.group()
def cli() -> None:
    """The data owner's process. STRONGROOM_HOME names its home."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chopmark.strongroom.settings")


@cli.command()
def prepare() -> None:
    """Make the keys that are not there yet; print the public key of receipts."""
    options = Options.read()
    passphrase = read_private(options.passphrase_file).decode().strip()
    click.echo(ceremony.prepare(options.home, passphrase).hex())


@cli.command("waive-software-key")
@click.argument("reason")
@click.argument("until", type=click.DateTime(["%Y-%m-%d"]))
def waive_software_key(reason: str, until: datetime) -> None:
    """Sign the owner's leave to keep her key in a file in production until a day (UTC)."""
    options = Options.read()
    waiver = Waiver(desk=options.desk_url, reason=reason, until=until.replace(tzinfo=UTC))
    options.keys.kek_waiver.write_text(waivers.sign(waiver, key=open_receipt_key(options)) + "\n")
    click.echo(f"signed: {options.keys.kek_waiver}")


@cli.command()
def serve() -> None:
    """Open both doors until told to stop."""
    from chopmark.strongroom.main import serve

    serve()


@cli.command("register-officer")
@click.argument("number")
@click.argument("name")
def register_officer(number: str, name: str) -> None:
    """Let an officer in; print her one-time link."""
    _set_up()
    from chopmark.strongroom import officers

    token = officers.register(number, name, clock.now())
    click.echo(f"{Options.read().desk_url}/officer/welcome/{token}")


@cli.command("end-officer")
@click.argument("number")
def end_officer(number: str) -> None:
    """End an officer's credential: her password, device, link and sessions."""
    _set_up()
    from chopmark.strongroom import officers

    officers.leave(number, clock.now())
    click.echo(f"officer {number} can no longer sign in")


@cli.command("check-log")
def check_log() -> None:
    """Recompute the chain of the log from its first leaf."""
    _set_up()
    from chopmark.strongroom.leaves import broken_at

    broken = broken_at()
    if broken is not None:
        raise click.ClickException(f"the log is broken at entry {broken}")
    click.echo("the log is whole")


@cli.command("check-walls")
def check_walls() -> None:
    """Name every trigger or function of the database that is off, gone or replaced."""
    _set_up()
    from django.db import connection

    from chopmark.strongroom import walls

    breaches = list(walls.breaches(walls.of_migrations("chopmark.strongroom"), connection))
    for breach in breaches:
        click.echo(f"{breach.about}: {breach.sentence}")
    if breaches:
        raise click.ClickException("somebody with a superuser's power changed this database")
    click.echo("nothing is wrong")


def _set_up() -> None:
    import django

    django.setup()


if __name__ == "__main__":
    cli()
