"""A founded authority, kept by each pytest process: its rows and its token are laid out again instead of made again."""

import atexit
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.color import no_style
from django.db import connection
from psycopg import sql

from chopmark.authority.custody.software_token import UnsafeSoftwareToken, UnsafeTokenInUse


@dataclass(frozen=True, kw_only=True)
class Founded:
    """What a founding left: the world as the test sees it, the rows of each table, the token's files."""

    world: Any
    rows: Mapping[str, bytes]
    token: Path


_kept: dict[tuple[object, ...], Founded] = {}


def again_or_first(folder: Path, found: Callable[[Path], Any]) -> Any:
    """The world that `found` makes under these packs: its people and keys, in tables that had no such rows."""
    packs = tuple(settings.CHOPMARK_PACKS)
    if packs not in _kept:
        had = set(_filled())
        world = found(folder)
        rows = {table: _read(table) for table in _filled() if table not in had}
        _kept[packs] = Founded(world=world, rows=rows, token=_copied(folder / "token"))
        return world
    kept = _kept[packs]
    shutil.copytree(kept.token, folder / "token")
    for table, octets in kept.rows.items():
        _write(table, octets)
    _number_on(kept.rows)
    return replace(kept.world, token=token_in(folder), pins=dict(kept.world.pins), minutes=count(1))


def token_in(folder: Path) -> UnsafeSoftwareToken:
    """The development token of a test."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UnsafeTokenInUse)
        return UnsafeSoftwareToken(folder / "token", b"a passphrase for a test")


def _copied(token: Path) -> Path:
    place = Path(tempfile.mkdtemp(prefix="chopmark-founded-"))
    atexit.register(shutil.rmtree, place, ignore_errors=True)
    return Path(shutil.copytree(token, place / "token"))


def _filled() -> list[str]:
    return [model._meta.db_table for model in apps.get_models() if model.objects.exists()]


def _read(table: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(_copy("copy {} to stdout", table)) as copy:
        return b"".join(map(bytes, copy))


def _write(table: str, octets: bytes) -> None:
    with connection.cursor() as cursor, cursor.copy(_copy("copy {} from stdin", table)) as copy:
        copy.write(octets)


def _number_on(tables: Iterable[str]) -> None:
    """What comes next must not be given a number that is laid out."""
    models = [model for model in apps.get_models() if model._meta.db_table in tables]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


def _copy(statement: str, table: str) -> sql.Composed:
    return sql.SQL(statement).format(sql.Identifier(table))
