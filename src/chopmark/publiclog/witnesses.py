"""Who witnesses a log, and what follows from it: which head may be relied on, and when the witnesses are late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.cosignature import (
    CosignerKey,
    cosignatures,
    parse_cosigner_key,
    require_quorum,
    with_cosignatures,
)
from chopmark.pki.tlog.note import VerifierKeyMalformed
from chopmark.publiclog.errors import WitnessesTooFew, WitnessMalformed, WitnessTwice
from chopmark.publiclog.heads import Head

_FALSE_AT_MOST = 64


class Witness(NamedTuple):
    """A witness that a configuration names: the key that it printed, and where it is asked."""

    key: CosignerKey
    url: str


class Book(Protocol):
    """What a side keeps of its heads and of its witnesses' lines; witnesses go by their verifier keys, written out."""

    def at(self, size: int) -> Head | None:
        """The head of this size."""

    def newest(self) -> Head | None:
        """The largest head that was signed."""

    def first_beyond(self, size: int) -> Head | None:
        """The smallest head that is larger than this."""

    def cosigned(self, witnesses: Sequence[str], number: int, most: int) -> Sequence[int]:
        """The sizes under which so many of these witnesses have a line, the largest first, `most` of them at most."""

    def lines(self, size: int, witnesses: Sequence[str]) -> Sequence[str]:
        """These witnesses' lines under the head of this size, the oldest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """The witnesses of one log, and how many of them must have cosigned before a head is relied on."""

    book: Book
    witnesses: Sequence[Witness]
    quorum: int

    def newest(self) -> Head | None:
        """The largest head that a quorum stands behind; with a quorum of 0, the largest that was signed."""
        if not self.quorum:
            return self.book.newest()
        # More than a few false ones on top are a process in wrong hands: then nothing is relied on.
        for size in self.book.cosigned(self._names, self.quorum, _FALSE_AT_MOST):
            head = self.book.at(size)
            if head is not None and self._has_quorum(head):
                return head
        return None

    def public_note(self, head: Head) -> str:
        """The checkpoint as it is published: the log's own line, and the witnesses' under it."""
        return with_cosignatures(head.note, self.book.lines(head.size, self._names))

    def are_late(self, *, now: datetime, patience: timedelta) -> bool:
        """Whether a signed head has waited for its quorum longer than this."""
        if not self.quorum:
            return False
        reached = self.newest()
        waiting = self.book.first_beyond(reached.size if reached else 0)
        return waiting is not None and waiting.signed_at < now - patience

    @property
    def _names(self) -> list[str]:
        return [str(witness.key) for witness in self.witnesses]

    def _has_quorum(self, head: Head) -> bool:
        # Whoever took the process can write rows, and no signatures: so they are checked here and not only when they come.
        try:
            require_quorum(self.public_note(head), [witness.key for witness in self.witnesses], self.quorum)
        except Refusal:
            return False
        return True


def read_witnesses(asked: Sequence[Mapping[str, Any]]) -> tuple[Witness, ...]:
    """The witnesses of a configuration's `ask` tables, each of which has a `key` and a `url`."""
    try:
        found = tuple(Witness(parse_cosigner_key(one["key"]), str(one["url"])) for one in asked)
    except (KeyError, VerifierKeyMalformed):
        raise WitnessMalformed from None
    if len({witness.key.public_key for witness in found}) != len(found):
        raise WitnessTwice
    return found


def is_cosigned(note: str, witness: str, line: str) -> bool:
    """Whether a kept line is that witness's cosignature of this head."""
    try:
        return bool(cosignatures(with_cosignatures(note, [line]), [parse_cosigner_key(witness)]))
    except Refusal:
        return False


def require_enough(witnesses: Sequence[Witness], quorum: int) -> None:
    """So many can cosign at all."""
    if quorum > len(witnesses):
        raise WitnessesTooFew(quorum=quorum, witnesses=len(witnesses))
