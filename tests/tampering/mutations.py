"""All that can be tampered with, and a deck of it by a seed: every kind comes before any comes again."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random  # noqa: TID251  a blow must come again by its seed

from django.db import transaction

from chopmark.config.audit.authority import PROMISING
from tampering import files, rows
from tampering.rows import Named
from tampering.scene import Scene


@dataclass(frozen=True, slots=True)
class Mutation:
    """One thing done to the world; the same name and seed do the same again in the same world."""

    name: str
    seed: str
    blow: Callable[[Scene, Random], Named]

    def apply(self, scene: Scene) -> Named:
        return self.blow(scene, Random(f"{self.seed} {self.name}"))


Blow = Callable[[Scene, Random], Named]


def _row_blow(table: str, verb: Callable[[rows.Table], Named]) -> Callable[[Scene, Random], Named]:
    def blow(scene: Scene, random: Random) -> Named:
        rows.take_over(table)
        return verb(rows.Table(table, random))

    return blow


def _file_blow(kind: str, verb: Callable[[Path, Scene, Random], None]) -> Callable[[Scene, Random], Named]:
    def blow(scene: Scene, random: Random) -> Named:
        path = random.choice(files.suitable(kind, verb, scene))
        root = scene.public if kind in ("certificate", "list") else scene.log
        named = files.names_file(path, root)
        before = path.read_bytes()
        verb(path, scene, random)
        assert not path.exists() or path.read_bytes() != before, f"{path} is as it was"
        return named

    return blow


def _fork_blow(fork: Callable[[Scene, Random], Named]) -> Callable[[Scene, Random], Named]:
    def blow(scene: Scene, random: Random) -> Named:
        rows.take_over(rows.HEAD)
        return fork(scene, random)

    return blow


_TABLES = {
    f"{name}: {table}": _row_blow(table, verb)
    for table in (*PROMISING.tables, *rows.LOG_TABLES)
    for name, verb in rows.VERBS.items()
    if name != "back-date" or table not in rows.NO_MOMENT
}
_IDS = {f"exchange ids: {table}": _row_blow(table, rows.exchange_keys) for table in sorted(rows.REFERRED_TO)}
_FILES = {
    f"{name}: {kind}": _file_blow(kind, verb)
    for kind in ("bundle", "certificate", "checkpoint", "list", "tile")
    for name, verb in files.VERBS.items()
    if name != "back-date" or kind not in files.NO_MOMENT
}
_FORKS = {name: _fork_blow(fork) for name, fork in files.FORKS.items()}
KINDS = _TABLES | _IDS | _FILES | _FORKS


def deck(seed: str, count: int) -> Iterator[Mutation]:
    """So many mutations, the kinds in random order and then again in another."""
    random = Random(seed)
    drawn = 0
    while drawn < count:
        for name in random.sample(sorted(KINDS), min(len(KINDS), count - drawn)):
            yield Mutation(name, f"{seed}-{drawn}", KINDS[name])
            drawn += 1


@contextmanager
def undone(scene: Scene, keep: Path) -> Iterator[None]:
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
