"""The command group: each measurement is loaded only when it is asked for."""

import os
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import click

from chopmark.config import bench as measurements

_NOT_COMMANDS = {
    "applicants",
    "chapters",
    "command",
    "keeping",
    "load",
    "plot",
    "population",
    "printing",
    "raw",
    "records",
    "stage",
}


class _Measurements(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(
            one.name for one in iter_modules(measurements.__path__) if one.name not in _NOT_COMMANDS
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{measurements.__name__}.{cmd_name}").command
        return command


@click.group(cls=_Measurements)
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write the figures into this folder too, with what the machine is.",
)
@click.option("--quiet", is_flag=True, help="Say with them that nothing else uses this machine.")
@click.pass_context
def bench(ctx: click.Context, keep: Path | None, quiet: bool) -> None:
    """Measure this machine: rates beside the raw limit of the same run, and their ratio."""
    from chopmark.authority.kernel import clock
    from chopmark.config.bench.keeping import Keeper

    if keep is not None:
        ctx.obj = Keeper(folder=keep, quiet=quiet, today=clock.now().date(), load_before=os.getloadavg()[0])
