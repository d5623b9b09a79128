"""`chopmark staff`: what whoever sets the authority up does on its own machine, when nobody is left who could do it on a page.

It acts as the founder, as the first start did: under the migrator's password, which lies on that machine alone. Each act leaves
its leaf, in which the founder is named `setup`, so that an assessor finds every one.
"""

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from chopmark.config.operator import HOME, JSON, become, or_refusal

DAY = click.DateTime(["%Y-%m-%d"])
# `participants.permissions.ROLES_OF_KIND` and `participants.states.ClearanceKind`, which are known when the settings are; a test
# holds them together.
KIND_OF = {
    "auditor": "supervisor",
    "custodian": "operator",
    "intake_officer": "officer",
    "operator": "operator",
    "registrar": "operator",
    "release_officer": "officer",
    "supervisor": "supervisor",
}
CLEARED_BY = ("nondisclosure", "vetting")


@click.group()
def staff() -> None:
    """People, on the authority's own machine: for when no registrar or reviewer is left who can act."""


@staff.command()
@click.argument("number")
@click.option("--name", required=True, help="As pages show it.")
@click.option("--role", required=True, type=click.Choice(sorted(KIND_OF)))
@click.option("--outlet", help="For an officer: the code of her outlet.")
@click.option("--vetted-on", type=DAY, required=True, help="When she was vetted.")
@click.option("--nondisclosure-on", type=DAY, required=True, help="When she signed the agreement.")
@HOME
@JSON
def register(
    number: str,
    name: str,
    role: str,
    outlet: str | None,
    vetted_on: datetime,
    nondisclosure_on: datetime,
    home: Path,
    as_json: bool,
) -> None:
    """Register NUMBER, and print the link by which she sets her password; it works once, for three days."""
    become(home, "migrate")
    from django.conf import settings

    from chopmark.authority.kernel import clock
    from chopmark.authority.kernel.actors import ActorKind
    from chopmark.authority.participants.permissions import Role
    from chopmark.authority.participants.services import FOUNDER, register_staff

    def do() -> str:
        token = register_staff(
            number=number,
            name=name,
            kind=ActorKind(KIND_OF[role]),
            roles=[Role(role)],
            outlet=outlet,
            vetted_on=vetted_on.date(),
            nondisclosure_on=nondisclosure_on.date(),
            actor=FOUNDER,
            now=clock.now(),
        )
        return f"{settings.CHOPMARK_PUBLIC_URL}/staff/welcome/{token}"

    _say(do, lambda link: {"number": number, "link": link}, as_json)


@staff.command()
@click.argument("number")
@click.option("--kind", required=True, type=click.Choice(CLEARED_BY))
@click.option("--done-on", type=DAY, required=True, help="When it was done.")
@HOME
@JSON
def clear(number: str, kind: str, done_on: datetime, home: Path, as_json: bool) -> None:
    """Record that NUMBER was vetted, or signed the non-disclosure agreement: a sole registrar cannot for herself."""
    become(home, "migrate")
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.services import FOUNDER, record_clearance
    from chopmark.authority.participants.states import ClearanceKind

    def do() -> str:
        made = record_clearance(
            number=number, kind=ClearanceKind(kind), done_on=done_on.date(), actor=FOUNDER, now=clock.now()
        )
        return made.valid_until.isoformat()

    _say(do, lambda day: {"number": number, "kind": kind, "valid_until": day}, as_json)


def _say(do: Callable[[], str], facts: Callable[[str], dict[str, Any]], as_json: bool) -> None:
    said = facts(or_refusal(do))
    click.echo(json.dumps(said) if as_json else "\n".join(f"{name}: {value}" for name, value in said.items()))
