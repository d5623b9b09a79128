"""All that can be tampered with, and a deck of it by a seed: every kind comes before any comes again."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random  # noqa: TID251  a blow must come again by its seed

from django.db import transaction

from tampering import files, rows
from tampering.rows import Named
from tampering.side import Side, Stage


@dataclass(frozen=True, slots=True)
class Mutation:
    """One thing done to the world; the same name and seed do the same again in the same world."""

    name: str
    seed: str
    blow: Callable[[Stage, Random], Named]

    def apply(self, scene: Stage) -> Named:
        return self.blow(scene, Random(f"{self.seed} {self.name}"))


Blow = Callable[[Stage, Random], Named]


def _row_blow(table: str, verb: Callable[[rows.Table], Named]) -> Callable[[Stage, Random], Named]:
    def blow(scene: Stage, random: Random) -> Named:
        rows.take_over(table)
        return verb(rows.Table(table, random, scene.side))

    return blow


def _file_blow(kind: str, verb: Callable[[Path, Stage, Random], None]) -> Callable[[Stage, Random], Named]:
    def blow(scene: Stage, random: Random) -> Named:
        path = random.choice(files.suitable(kind, verb, scene))
        root = scene.public if kind in ("certificate", "list") else scene.log
        named = files.names_file(path, root)
        before = path.read_bytes()
        verb(path, scene, random)
        assert not path.exists() or path.read_bytes() != before, f"{path} is as it was"
        return named

    return blow


def _fork_blow(fork: Callable[[Stage, Random], Named]) -> Callable[[Stage, Random], Named]:
    def blow(scene: Stage, random: Random) -> Named:
        rows.take_over(scene.side.head)
        return fork(scene, random)

    return blow


def kinds(side: Side) -> dict[str, Blow]:
    """Everything that can be done to this side, by name."""
    tables = {
        f"{name}: {table}": _row_blow(table, verb)
        for table in (*side.promising.tables, *side.log_tables)
        for name, verb in rows.VERBS.items()
        if name != "back-date" or table not in side.no_moment
    }
    ids = {f"exchange ids: {table}": _row_blow(table, rows.exchange_keys) for table in side.referred_to}
    public = {
        f"{name}: {kind}": _file_blow(kind, verb)
        for kind in side.public_files
        for name, verb in files.VERBS.items()
        if name != "back-date" or kind not in files.NO_MOMENT
    }
    forks = {name: _fork_blow(fork) for name, fork in files.FORKS.items()}
    return tables | ids | public | forks | dict(side.thieves)


def deck(side: Side, seed: str, count: int) -> Iterator[Mutation]:
    """So many mutations, the kinds in random order and then again in another."""
    random, blows = Random(seed), kinds(side)
    drawn = 0
    while drawn < count:
        for name in random.sample(sorted(blows), min(len(blows), count - drawn)):
            yield Mutation(name, f"{seed}-{drawn}", blows[name])
            drawn += 1


@contextmanager
def undone(scene: Stage, keep: Path) -> Iterator[None]:
    """Afterwards database and folders are as they were."""
    for folder in (scene.log, scene.public):
        shutil.copytree(folder, keep / folder.name)
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        for folder in (scene.log, scene.public):
            shutil.rmtree(folder)
            shutil.copytree(keep / folder.name, folder)
        shutil.rmtree(keep)
