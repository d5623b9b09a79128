"""What a witness remembers: for each log, the checkpoint that it cosigned last, as the log signed it.

Losing it is worse than losing the key: a witness that forgot cosigns the first tree that it is shown, a fork too.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import parse_checkpoint
from chopmark.pki.tlog.note import parse_note
from chopmark.pki.tlog.witnessing import Head
from chopmark.verifier.witness import files

# Refused checkpoints are kept, since two that a log signed and that cannot both be are the proof of a fork.
MOST_REFUSED = 100


class MemoryDamaged(Refusal):
    """What is kept of a log cannot be read; nothing more is cosigned of it until somebody has looked."""

    code = "memory_damaged"


class Memory:
    """A folder: one file a log, named by the hash of its origin."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "refused").mkdir(exist_ok=True)

    @contextmanager
    def held(self, origin: str) -> Iterator[None]:
        """From looking at the last head to remembering the next nobody else may do the same for this log."""
        with files.held(self._folder / f".{_name(origin)}.lock"):
            yield

    def last(self, origin: str) -> Head:
        """The head that was cosigned last; the empty tree of a log that never was."""
        try:
            note = (self._folder / _name(origin)).read_bytes()
        except FileNotFoundError:
            return Head()
        try:
            checkpoint = parse_checkpoint(parse_note(note.decode()).body)
        except (UnicodeDecodeError, Refusal):
            raise MemoryDamaged(origin=origin) from None
        if checkpoint.origin != origin:
            raise MemoryDamaged(origin=origin)
        return Head(checkpoint.size, checkpoint.root_hash)

    def remember(self, origin: str, note: str) -> None:
        """This is on the disk when it returns: only then may a cosignature be given."""
        files.write(self._folder / _name(origin), note.encode())

    def keep_refused(self, note: str) -> None:
        """Keep what a log signed and we would not cosign, for whoever looks; a flood of it is cut off."""
        folder = self._folder / "refused"
        name = hashlib.sha256(note.encode()).hexdigest()
        if not (folder / name).exists() and sum(1 for _ in folder.iterdir()) < MOST_REFUSED:
            files.write(folder / name, note.encode())


def _name(origin: str) -> str:
    return hashlib.sha256(origin.encode()).hexdigest()
