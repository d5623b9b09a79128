"""The command group: each measurement is loaded only when it is asked for."""

from importlib import import_module
from pkgutil import iter_modules

import click

from chopmark.config import bench as measurements

_NOT_MEASUREMENTS = {"command", "load", "population", "printing", "raw", "stage"}


class _Measurements(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(
            one.name for one in iter_modules(measurements.__path__) if one.name not in _NOT_MEASUREMENTS
        )

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command: click.Command = import_module(f"{measurements.__name__}.{cmd_name}").command
        return command


@click.group(cls=_Measurements)
def bench() -> None:
    """Measure this machine: rates beside the raw limit of the same run, and their ratio."""
