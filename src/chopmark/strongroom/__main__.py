"""`python -m chopmark.strongroom`: what the owner's staff and the process's keeper type."""

import os
from datetime import UTC, datetime

import click

from chopmark.pki.refusals import Refusal
from chopmark.strongroom import ceremony, clock, waivers
from chopmark.strongroom.commands import GROUPS
from chopmark.strongroom.keyring import open_receipt_key
from chopmark.strongroom.options import Options
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.sealing import read_private
from chopmark.strongroom.waivers import Waiver


@click.group()
def cli() -> None:
    """The data owner's process. STRONGROOM_HOME names its home."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "chopmark.strongroom.settings")


@cli.command()
def prepare() -> None:
    """Make the keys that are not there yet; print the public key of receipts, then that of the log."""
    options = Options.read()
    passphrase = read_private(options.passphrase_file).decode().strip()
    click.echo(ceremony.prepare(options.home, passphrase).hex())
    click.echo(read_private(options.keys.log_verifier_key).decode().strip())


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
@click.option(
    "--role", type=click.Choice([role.value for role in OfficerRole]), default="counter", show_default=True
)
def register_officer(number: str, name: str, role: str) -> None:
    """Let an officer in; print her one-time link."""
    _set_up()
    from chopmark.strongroom import officers

    token = officers.register(number, name, clock.now(), role=OfficerRole(role))
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
    """Hash the log again from its first leaf, and hold it beside every checkpoint that was signed."""
    _set_up()
    from chopmark.strongroom.log import signing

    try:
        size = signing.check()
    except Refusal as refusal:
        raise click.ClickException(f"the log is not whole: {refusal.code} {refusal.details}") from None
    click.echo(f"the log is whole: {size} entries")


for group in GROUPS:
    cli.add_command(group)


def _set_up() -> None:
    import django

    django.setup()


if __name__ == "__main__":
    cli()
