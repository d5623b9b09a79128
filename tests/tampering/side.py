"""Which of the two databases is under attack: where its log stands, which tables its leaves promise, how rows refer to rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random  # noqa: TID251  a blow must come again by its seed
from typing import Protocol

from chopmark.config.audit.fault import Fault
from chopmark.config.audit.log import KeptLog
from chopmark.config.audit.promises import Promising


@dataclass(frozen=True, kw_only=True)
class Side:
    """`keys` are the keys of the tables of the log; `children` are rows that hold another's id, as (table, column)."""

    log: KeptLog
    promising: Promising
    keys: Mapping[str, str]
    referred_to: frozenset[str]
    public_files: tuple[str, ...] = ("bundle", "checkpoint", "tile")
    children: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    # What says nothing: a transaction's number is this cluster's own, and another's after a restore.
    means_nothing: frozenset[tuple[str, str]] = frozenset()
    # What has no moment in a column of its own cannot be dated back there.
    no_moment: frozenset[str] = frozenset()

    # What a thief of one of its processes does by its own verbs, by name; leaves and all.
    thieves: Mapping[str, Callable[["Stage", Random], Callable[[Fault], bool]]] = field(default_factory=dict)

    @property
    def leaf(self) -> str:
        return self.log.leaves

    @property
    def payload(self) -> str:
        return self.log.payloads

    @property
    def head(self) -> str:
        return self.log.heads

    @property
    def position(self) -> str | None:
        """The table of places, where a log has one of its own."""
        return self.log.placed if self.log.requests else None

    @property
    def log_tables(self) -> tuple[str, ...]:
        return tuple(table for table in (self.leaf, self.payload, self.position, self.head) if table)

    def key(self, table: str) -> str:
        return self.keys.get(table) or self.promising.tables.get(table, "id")


class Stage(Protocol):
    """A populated world of one side, its folders, and its audit."""

    side: Side
    log: Path
    public: Path

    def faults(self) -> list[Fault]: ...

    def sign(self, text: bytes) -> bytes:
        """Under the log's own key, as whoever has it can."""
        ...
