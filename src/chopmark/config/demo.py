"""What a first visitor needs: keys, staff with one-time links, envelopes in the drawer. Each part may run again."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.conf import settings

from chopmark.config.folders import own_folder

OUTLET = "DEMO"
ENVELOPES = 40
# Who watch over the records for their owner, two since a grant wants two; they are nobody of the operator's.
OWNERS_OFFICERS = (("88001", "LAU Mei Fong"), ("88002", "YIP Kin Wah"))
# Who reads the same registers for the supervisor, and changes nothing.
SUPERVISORS_OFFICER = ("99001", "NG Sau Ling")


def prepare(home: Path) -> int:
    """Fill a new home; the links and the paper lie in its demo/ folder, readable by whoever runs it."""
    folder = own_folder(home / "demo")
    hold_ceremony()
    links = {**register_staff(), **_register_desk_officers(home)}
    if links:
        _write(folder / "links.json", json.dumps(links, indent=2))
        _write(folder / "README.txt", _readme(links))
        print(_readme(links), flush=True)
    _print_envelopes(own_folder(folder / "envelopes"))
    return 0


def clear_staff(home: Path) -> int:
    """For a home from before vetting was kept: who was registered then is vetted today, and who is new is registered."""
    from chopmark.authority.catalogue.reading import current
    from chopmark.authority.kernel import clock
    from chopmark.authority.participants.selectors import clearances_of, require_staff
    from chopmark.authority.participants.services import FOUNDER, record_clearance
    from chopmark.authority.participants.states import ClearanceKind

    now = clock.now()
    kept = home / "demo" / "links.json"
    links = {**(json.loads(kept.read_text()) if kept.exists() else {}), **register_staff()}
    for number in current().staff:
        for kind in set(ClearanceKind) - set(clearances_of(require_staff(number).pk)):
            today = current().authority.day_of(now)
            record_clearance(number=number, kind=kind, done_on=today, actor=FOUNDER, now=now)
    _write(kept, json.dumps(links, indent=2))
    _write(kept.parent / "README.txt", _readme(links))
    return 0


def hold_ceremony() -> None:
    from chopmark.authority.catalogue.reading import current
    from chopmark.authority.custody.ceremony import create_hierarchy
    from chopmark.authority.custody.opening import open_token
    from chopmark.authority.kernel import clock
    from chopmark.authority.kernel.actors import process

    create_hierarchy(
        current().hierarchy,
        token=open_token(),
        randomness=secrets.token_bytes,
        actor=process("ceremony"),
        now=clock.now(),
    )


def register_staff() -> dict[str, str]:
    """A link for each of the pack's people who has none yet."""
    from chopmark.authority.catalogue.reading import current
    from chopmark.authority.kernel import clock
    from chopmark.authority.kernel.actors import ActorKind
    from chopmark.authority.participants import services as participants
    from chopmark.authority.participants.permissions import Role
    from chopmark.authority.participants.selectors import is_registered

    links = {}
    today = current().authority.day_of(clock.now())
    for number, member in current().staff.items():
        if is_registered(number):
            continue
        token = participants.register_staff(
            number=number,
            name=member.name,
            kind=ActorKind(member.kind),
            roles=[Role(role) for role in member.roles],
            outlet=member.outlet,
            vetted_on=today,
            nondisclosure_on=today,
            actor=participants.FOUNDER,
            now=clock.now(),
        )
        links[number] = f"{settings.CHOPMARK_PUBLIC_URL}/staff/welcome/{token}"
    return links


def _register_desk_officers(home: Path) -> dict[str, str]:
    """The owner registers at her own desk, in a process of her side: the same intake officers, two of hers, a supervisor's."""
    from chopmark.authority.catalogue.reading import current
    from chopmark.config.children import strongroom_environment
    from chopmark.config.home import open_home

    environment = {**os.environ, **strongroom_environment(open_home(home), "desk")}
    links = {}
    for number, member in current().staff.items():
        if "intake_officer" in member.roles:
            links[f"{number} at the owner's desk"] = _link(environment, number, member.name)
    for number, name in OWNERS_OFFICERS:
        links[f"{number} for the owner's pages"] = _link(environment, number, name, "--role", "owner")
    number, name = SUPERVISORS_OFFICER
    reads = _link(environment, number, name, "--role", "supervisor")
    links[f"{number} for the supervisor's reading"] = reads
    return {who: link for who, link in links.items() if link}


def _link(environment: Mapping[str, str], *officer: str) -> str:
    """Her one-time link; empty if she has used one before."""
    command = [sys.executable, "-m", "chopmark.strongroom", "register-officer", *officer]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def _print_envelopes(drawer: Path) -> None:
    """Print PIN envelopes for the demonstration's drawer: each file is a sheet of paper, sealed."""
    from chopmark.authority.kernel import clock
    from chopmark.authority.kernel.actors import process
    from chopmark.authority.keymaking.services import make_envelopes

    if any(drawer.iterdir()):
        return

    def paper(number: str, pin: str) -> None:
        _write(drawer / f"{number}.txt", f"{number}\n\n{pin}\n")

    make_envelopes(
        count=ENVELOPES,
        outlet=OUTLET,
        printer=paper,
        actor=process("ceremony"),
        now=clock.now(),
        randomness=secrets.token_bytes,
    )


def _readme(links: dict[str, str]) -> str:
    return "\n".join(["Who may sign in. Each link works once, for three days.", "", *_lines(links), ""])


def _lines(links: dict[str, str]) -> Iterator[str]:
    for who, link in links.items():
        yield f"  {who:34} {link}"


def _write(path: Path, text: str) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
