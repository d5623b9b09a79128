"""What the thief knows and finds, and the fixtures of both files of his suite: one house for both."""

import os
import secrets
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from chopmark.config.accounts import Part
from chopmark.config.belongings import OPEN, belonging
from chopmark.config.roles import STRONGROOM_DATABASE
from chopmark.strongroom.particulars import as_asked
from faults.stage import children_of, words_of
from patience import SETTLED_WITHIN
from thief.crew import Crew
from thief.house import House, standing
from thief.owners_log import OwnersLog

PLAIN = ("name", "chinese_name", "birth_date", "hkid", "email", "phone")
FIELDS = (*PLAIN, "hkid:masked", "birth_date:masked", "email:masked", "phone:masked")


@dataclass(frozen=True)
class Loot:
    """What the authority's database tells of an application."""

    reference: str
    record: str
    case: str


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    """The home with its people; it stands until the last test has ended."""
    with standing() as made:
        yield made


@pytest.fixture(scope="session")
def crew(house) -> Crew:
    return Crew(house)


@pytest.fixture
def owners_log(house) -> OwnersLog:
    return OwnersLog(house.home)


@pytest.fixture(scope="session")
def found(house, crew) -> dict[str, Loot]:
    """By applicant; he takes all of it from the authority's database."""
    (rows,) = crew.sql(
        "select reference, record_id, case_id from applications_application where case_id is not null"
    )
    loot = {reference: Loot(reference, record, case) for reference, record, case in rows}
    assert len(loot) == 4, "Eve never came home: of her the authority knows a reference, and nothing else"
    return {name: loot[one.reference] for name, one in house.people.items() if one.reference in loot}


def opening(loot: Loot, purpose: str, *fields: str, actor: str = "worker", **more: Any) -> dict[str, Any]:
    body = {"case": loot.case, "purpose": purpose, "fields": list(fields), "actor": actor}
    return {**body, "application": loot.reference, **more}


def masked(email: str) -> str:
    return as_asked({"email": email}, frozenset({"email:masked"}))["email:masked"]


def everything(house: House) -> list[Path]:
    places = (house.home.path, house.home.clusters_place, house.home.sockets_place)
    return [path for place in places for path in (place, *place.rglob("*"))]


def owners(house: House, path: Path) -> bool:
    return path.lstat().st_uid == house.entries[Part.OWNER].pw_uid


def is_public(house: House, path: Path) -> bool:
    row = belonging(str(path.relative_to(house.home.path))) if path.is_relative_to(house.home.path) else None
    return row is not None and row.modes == OPEN


def wait_for_openings(house: House, actors: str, wanted: int = 5) -> None:
    """Until so many openings of these askers are committed; looked at without a pause."""
    asked = "select count(*) from strongroom_opening where actor like %s and refused = ''"
    dsn = house.home.clusters()[1].dsn(database=STRONGROOM_DATABASE)
    with psycopg.connect(dsn, autocommit=True) as owner:
        end = time.monotonic() + SETTLED_WITHIN
        while owner.execute(asked, [actors]).fetchone()[0] < wanted:
            assert time.monotonic() < end, "nothing was opened"


def kill_at_an_opening(house: House, actors: str) -> None:
    """Root kills the strongroom at the moment at which it has committed some openings of these askers."""
    (strongroom,) = [
        one for one in children_of(house.supervisor.pid) if "chopmark.strongroom" in words_of(one)
    ]
    # Between the commit and the answer lie a few milliseconds: nothing is looked up in between, and it has to wait for us.
    os.setpriority(os.PRIO_PGRP, strongroom, 10)
    wait_for_openings(house, actors, 3 + secrets.randbelow(10))
    os.killpg(strongroom, signal.SIGKILL)
