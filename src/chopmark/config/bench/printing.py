"""How a measurement is said: for people, or as JSON for whoever compares."""

import json
from collections.abc import Mapping

import click

JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
Figures = Mapping[str, float | int | str]


def say(figures: Figures, *, as_json: bool) -> None:
    """Print the figures of one measurement, each with its name."""
    rounded = {
        name: round(value, 3) if isinstance(value, float) else value for name, value in figures.items()
    }
    if as_json:
        click.echo(json.dumps(rounded, indent=2))
        return
    width = max(map(len, rounded))
    for name, value in rounded.items():
        click.echo(f"{name:{width}}  {value:,}" if not isinstance(value, str) else f"{name:{width}}  {value}")
