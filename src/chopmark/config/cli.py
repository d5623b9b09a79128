"""The `chopmark` command."""

import dataclasses
import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from chopmark.config.faults import Fault

_HOME = click.option(
    "--home",
    type=click.Path(path_type=Path),
    envvar="CHOPMARK_HOME",
    default=Path(".home"),
    show_default=True,
    help="The home folder of the installation.",
)
_JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
PROCESSES = ("web", "worker", "signer", "responder", "strongroom")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def cli() -> None:
    """Run a public certification authority whose daily operation is given to a contractor."""


@cli.command()
@_HOME
@click.option("--check", is_flag=True, help="Walk one certificate through the whole service, then stop.")
def up(home: Path, check: bool) -> None:
    """Run everything on this machine until Ctrl-C."""
    from chopmark.config import supervisor

    sys.exit(supervisor.up(home, check=check, say=lambda line: print(line, flush=True)))


@cli.command()
@_HOME
@_JSON
def doctor(home: Path, as_json: bool) -> None:
    """Look at everything an installation needs, and name the remedy of each fault."""
    from chopmark.config.doctor import examine, print_findings

    findings = list(examine(home))
    if as_json:
        print(json.dumps([dataclasses.asdict(finding) for finding in findings], indent=2))
    else:
        print_findings(findings, print)
    sys.exit(0 if all(finding.is_well for finding in findings) else 1)


class _Processes(click.Group):
    """One command a process; the witness is not of a home, and is loaded only when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*PROCESSES, "witness"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "witness":
            from chopmark.verifier.witness.command import witness

            return witness
        return _process(cmd_name) if cmd_name in PROCESSES else None


@cli.group(cls=_Processes)
def run() -> None:
    """Run one process in the foreground, as a unit of its own machine or account."""


def _process(name: str) -> click.Command:
    @click.command(name, help=f"The {name}, of this home.")
    @_HOME
    def start(home: Path, processes: int = 1) -> None:
        from chopmark.config import together
        from chopmark.config.children import child
        from chopmark.config.home import open_home

        opened, wanted = open_home(home), child(name)
        command, told, rest = wanted.command(opened), wanted.environment(opened), dict(os.environ)
        if account := wanted.account(opened):
            rest = account.environment()
            account.become()
        if processes > 1:
            command = together.command(processes, command)
        os.execve(command[0], command, {**rest, **told})

    return _SIGNERS(start) if name == "signer" else start


# Of the others, one process uses what its machine has, or another machine runs another.
_SIGNERS = click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="How many sign at once, under one parent that ends with them; one for each core that signs.",
)


@cli.command(context_settings={"ignore_unknown_options": True})
@_HOME
@click.option("--process", default="migrate", help="Under which process's database role.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def manage(home: Path, process: str, arguments: tuple[str, ...]) -> None:
    """Django's own commands, such as `showmigrations`."""
    from chopmark.config.children import authority_environment
    from chopmark.config.home import make_home

    environment = {**os.environ, **authority_environment(make_home(home), process)}
    os.execve(sys.executable, [sys.executable, "-m", "django", *arguments], environment)


@cli.group()
def db() -> None:
    """Owners, roles and privileges of the databases."""


@db.command("sql")
@click.option(
    "--of", "side", type=click.Choice(["authority", "owner"]), default="authority", show_default=True
)
def db_sql(side: str) -> None:
    """Print the statements that a superuser runs in the database: roles, owners, privileges. Passwords are set apart."""
    from chopmark.config import grants, strongroom_plan
    from chopmark.config.database import script

    print(script(grants.PLAN if side == "authority" else strongroom_plan.PLAN), end="")


@db.command("apply")
@_HOME
def db_apply(home: Path) -> None:
    """Bring both databases of this home to what this version needs; they must be running or are started for it."""
    from chopmark.config.home import make_home
    from chopmark.config.installing import install

    made = make_home(home)
    clusters = made.databases()
    were_running = [cluster.is_ready() for cluster in clusters]
    try:
        for cluster in clusters:
            cluster.start()
        install(made, *clusters)
    finally:
        for cluster, was_running in zip(clusters, were_running, strict=True):
            if not was_running:
                cluster.stop()


@cli.command()
@_HOME
@click.confirmation_option(prompt="Everything in this home is lost, keys and records too. Go on?")
def remove(home: Path) -> None:
    """Remove a home, with what root keeps of it under /var/lib/chopmark."""
    from chopmark.config.home import open_home, remove_home

    opened = open_home(home)
    with opened.alone("up"):
        remove_home(opened)


def main() -> Any:
    """The command, with the operator's verbs; a fault of the installation is one plain sentence."""
    from chopmark.config.operator import register

    register(cli)
    try:
        return cli(prog_name="chopmark")
    except Fault as fault:
        sys.exit(f"chopmark: {fault}")
