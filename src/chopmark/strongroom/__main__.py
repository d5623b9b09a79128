"""`python -m chopmark.strongroom`: what the owner's staff and the process's keeper type."""

import os
from datetime import UTC, datetime
from pathlib import Path

import click

from chopmark.pki.refusals import Refusal
from chopmark.strongroom import clock
from chopmark.strongroom.actors import OWNER
from chopmark.strongroom.commands import GROUPS
from chopmark.strongroom.keys import ceremony, unsealing, waivers
from chopmark.strongroom.keys.commands import read_share, shares, unseal
from chopmark.strongroom.keys.keyring import keyring, open_receipt_key
from chopmark.strongroom.keys.sealing import read_private
from chopmark.strongroom.keys.shares import combine
from chopmark.strongroom.keys.token_kek import TokenPlace
from chopmark.strongroom.keys.waivers import Waiver
from chopmark.strongroom.options import Options
from chopmark.strongroom.policy.sheet import PolicyMistakes
from chopmark.strongroom.roles import OfficerRole


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

    try:
        serve()
    except Refusal as refusal:
        from chopmark.strongroom.problems import words_for

        words = words_for(refusal)
        raise click.ClickException(f"{words.says}. {words.cure} ({refusal.code})") from None
    except PolicyMistakes as mistakes:
        raise click.ClickException(str(mistakes)) from None


cli.add_command(shares)
cli.add_command(unseal)


@cli.group()
@click.option(
    "--share", "files", multiple=True, type=click.Path(path_type=Path), help="As many as are needed."
)
def kek(files: tuple[Path, ...]) -> None:
    """The keys that wrap record keys: one is the newest, older ones may be open beside it."""
    if files:  # this command is a process of its own, and knows no more than the holders tell it
        unsealing.held.passphrase = combine([read_share(file) for file in files])


@kek.command()
def status() -> None:
    """Say how many records each key wraps."""
    _set_up()
    from chopmark.strongroom.services import wrapping_keys

    for number, wraps in wrapping_keys.counts(keyring()).items():
        click.echo(f"key {number}: {wraps} records")
    for number in Options.read().keys.kek_half_retired():
        click.echo(f"key {number}: its destruction was cut; retire it again")


@kek.command()
@click.option("--library", help="A token's PKCS#11 library: the new key is made inside that token.")
@click.option("--token", help="The token's label.")
@click.option("--key", help="The new key's label in the token.")
def rotate(library: str | None, token: str | None, key: str | None) -> None:
    """Make a new key, in a file or in a token; new records use it at once, nothing is moved yet."""
    place = None
    if library or token or key:
        if not (library and token and key):
            raise click.UsageError("a token needs --library, --token and --key")
        pin = click.prompt("the token's PIN", hide_input=True)
        place = TokenPlace(library=library, token=token, key=key, pin=pin)
    _set_up()
    from chopmark.strongroom.services import wrapping_keys

    options = Options.read()
    passphrase = unsealing.passphrase(options)
    number = wrapping_keys.rotate(
        files=options.keys, passphrase=passphrase, token=place, actor=OWNER, now=clock.now()
    )
    click.echo(f"key {number} is the newest")


@kek.command()
@click.option("--chunk", default=500, show_default=True, help="Records a transaction.")
def rewrap(chunk: int) -> None:
    """Move all records to the newest key; may be stopped and begun again."""
    _set_up()
    from chopmark.strongroom.services import wrapping_keys

    keys, moved = keyring(), 0
    while step := wrapping_keys.rewrap(keys=keys, most=chunk, actor=OWNER, now=clock.now()):
        moved += step
        click.echo(f"{moved} records moved")
    click.echo(f"all records are under key {keys.kek.newest}")


@kek.command()
@click.argument("number", type=int)
def retire(number: int) -> None:
    """Destroy a key that wraps nothing any more."""
    _set_up()
    from chopmark.strongroom.services import wrapping_keys

    wrapping_keys.retire(
        number=number, files=Options.read().keys, keys=keyring(), actor=OWNER, now=clock.now()
    )
    click.echo(f"key {number} is destroyed")


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
    """Hash the log again from its first leaf, and hold it beside every checkpoint that was signed, and cosigned."""
    _set_up()
    from chopmark.strongroom.log import signing, witnesses

    try:
        size = signing.check()
        witnesses.check()
    except Refusal as refusal:
        raise click.ClickException(f"the log is not whole: {refusal.code} {refusal.details}") from None
    click.echo(f"the log is whole: {size} entries")


for group in GROUPS:
    cli.add_command(group)


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
