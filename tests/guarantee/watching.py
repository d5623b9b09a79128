"""Somebody who keeps every head that was ever public, and cries as soon as one is not growth of the last."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import Checkpoint, open_checkpoint, parse_checkpoint
from chopmark.pki.tlog.note import VerifierKey, parse_note

LOOK_EVERY = 0.02

Look = Callable[[], bytes | None]


@dataclass
class Watcher:
    """Looks at one place where a head stands, and keeps each that it has not seen before."""

    place: str
    look: Look
    open: Callable[[str], Checkpoint]
    every: float = LOOK_EVERY
    heads: dict[int, str] = field(default_factory=dict)  # by size, as the log signed them
    roots: dict[int, bytes] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)
    _last: bytes = b""
    _size: int = 0

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            octets = self.look()
            if octets is not None and octets != self._last:
                self._last = octets
                self._see(octets)
            stop.wait(self.every)

    def _see(self, octets: bytes) -> None:
        try:
            note = octets.decode()
            head = self.open(note)
        except (Refusal, UnicodeDecodeError) as error:
            self.faults.append(f"{self.place}: a head that nobody believes: {error}")
            return
        if head.size < self._size:
            self.faults.append(f"{self.place}: {self._size} leaves, and then {head.size}")
        if self.roots.setdefault(head.size, head.root_hash) != head.root_hash:
            self.faults.append(f"{self.place}: two trees of {head.size} leaves")
        self._size = head.size
        self.heads[head.size] = note
        with self.changed:
            self.changed.notify_all()

    def wait_for_next(self, within: float) -> None:
        """Until the next head stands there."""
        with self.changed:
            self.changed.wait(within)


def of_folder(name: str, folder: Path, key: VerifierKey) -> Watcher:
    return Watcher(
        f"{name} log's folder", _file(folder / "checkpoint"), lambda note: open_checkpoint(note, key)
    )


def of_address(name: str, address: str, key: VerifierKey) -> Watcher:
    client = httpx.Client(timeout=5, trust_env=False)

    def look() -> bytes | None:
        try:
            answer = client.get(f"{address}/log/checkpoint")
        except httpx.HTTPError:
            return None
        return answer.content if answer.status_code == httpx.codes.OK else None

    return Watcher(f"{name} log's address", look, lambda note: open_checkpoint(note, key), every=0.1)


def of_memory(state: Path, origin: str) -> Watcher:
    """What the witness remembers of one log: it may never remember less."""
    path = state / hashlib.sha256(origin.encode()).hexdigest()
    return Watcher(
        f"witness's memory of {origin}", _file(path), lambda note: parse_checkpoint(parse_note(note).body)
    )


def _file(path: Path) -> Look:
    def look() -> bytes | None:
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return None

    return look
