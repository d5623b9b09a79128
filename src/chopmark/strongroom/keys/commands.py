"""`shares` and `unseal`: what the holders of shares type."""

import socket
from http.client import HTTPConnection
from json import dumps, loads
from pathlib import Path

import click

from chopmark.pki.refusals import Refusal
from chopmark.strongroom.errors import PassphraseWrong
from chopmark.strongroom.keys import shares as share_files
from chopmark.strongroom.keys.sealing import read_private, write_once
from chopmark.strongroom.options import Options

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group()
def shares() -> None:
    """The passphrase in the hands of several holders, of whom some are needed at each start."""


@shares.command()
@click.option("--of", "of", default=5, show_default=True, type=click.IntRange(2, 255))
@click.option("--needed", default=3, show_default=True, type=click.IntRange(2, 255))
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
def make(of: int, needed: int, folder: Path) -> None:
    """Split the passphrase into share files in FOLDER; each holder in turn types a passphrase of her own."""
    if needed > of:
        raise click.UsageError("more are needed than there are")
    options = Options.read()
    secret = read_private(options.passphrase_file).decode().strip()
    made = share_files.make(secret, needed=needed, of=of)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for share in made:
        typed = click.prompt(
            f"passphrase of the holder of share {share.number}", hide_input=True, confirmation_prompt=True
        )
        share_files.write(share, folder / f"share-{share.number}.json", passphrase=typed)
    # Last: from here on the home starts sealed, and all shares are on disk.
    write_once(options.keys.share_set, made[0].set.encode())
    click.echo(f"set {made[0].set.id}: {needed} of {of} are needed at each start")
    click.echo(f"give each holder her file, check it, and only then destroy {options.passphrase_file}")


@shares.command()
@click.argument("file", type=_FILE)
def check(file: Path) -> None:
    """Say which share a file is, and whether it is whole and its holder's passphrase opens it."""
    try:
        share_set, number = share_files.check(file)
        share_files.read(file, passphrase=click.prompt("its passphrase", hide_input=True))
    except Refusal as refusal:
        raise click.ClickException(refusal.code) from None
    click.echo(f"share {number} of {share_set.of} in set {share_set.id}, {share_set.needed} needed: whole")


@click.command()
@click.argument("file", type=_FILE)
def unseal(file: Path) -> None:
    """Bring one share to the strongroom that is waiting, through the owner's socket."""
    share = read_share(file)
    sent = {"set": share.set.id, "needed": share.set.needed, "of": share.set.of, "number": share.number}
    answer = _bring(Options.read().owner_socket, sent | {"value": share.value.hex()})
    if "refused" in answer:
        raise click.ClickException(str(answer["refused"]))
    if "given" not in answer:
        raise click.ClickException("the strongroom could not say; its journal knows")
    click.echo("open" if answer["open"] else f"sealed, {answer['given']} of {share.set.needed} shares")


def read_share(file: Path) -> share_files.Share:
    """A share from its file, by the passphrase that its holder types."""
    try:
        return share_files.read(file, passphrase=click.prompt(f"passphrase of {file.name}", hide_input=True))
    except PassphraseWrong:
        raise click.ClickException("this passphrase does not open this share") from None
    except Refusal as refusal:
        raise click.ClickException(refusal.code) from None


def _bring(path: Path, sent: dict[str, object]) -> dict[str, object]:
    connection = HTTPConnection("strongroom")
    connection.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.sock.connect(str(path))
        connection.request("POST", "/unseal", body=dumps(sent), headers={"Content-Type": "application/json"})
        answer: dict[str, object] = loads(connection.getresponse().read())
    except OSError:
        raise click.ClickException("no strongroom waits for shares here") from None
    finally:
        connection.close()
    return answer
