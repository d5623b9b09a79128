"""How a measurement is said: for people, or as JSON for whoever compares."""

import json
import math
from collections.abc import Sequence

import click

from chopmark.config.bench.keeping import Figures, Keeper

__all__ = ["JSON", "Figures", "percentile", "say"]

JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")


def say(figures: Figures, *, as_json: bool) -> None:
    """Print the figures of one measurement, each with its name; and keep them, if `bench` was told to."""
    rounded = {
        name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()
    }
    context = click.get_current_context()
    if (keeper := context.find_object(Keeper)) is not None:
        settings = {name: value for name, value in context.params.items() if name != "as_json"}
        keeper.keep(str(context.info_name), settings, rounded)
    if as_json:
        click.echo(json.dumps(rounded, indent=2))
        return
    width = max(map(len, rounded))
    for name, value in rounded.items():
        click.echo(f"{name:{width}}  {value:,}" if not isinstance(value, str) else f"{name:{width}}  {value}")


def percentile(values: Sequence[float], percent: int) -> float:
    """By nearest rank."""
    return sorted(values)[math.ceil(len(values) * percent / 100) - 1]
