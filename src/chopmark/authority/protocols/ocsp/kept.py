"""Answers that were signed and are said again, until what they say changes or their time is half over.

Kept by the question as it came (a body, or a GET's path), so that saying one again means reading nothing. Everything here
happens in the event loop: an answer is made and kept in one step of it, and forgotten in another, so none is kept that was
made before a change and put here after it.
"""

from collections import OrderedDict, defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from chopmark.authority.protocols.ocsp.headers import Headers

# About 100 MB when full. Who asks about more than this many is answered live.
MOST_ANSWERS = 65_536
# A question of one certificate has about 100 octets; what is much longer is somebody filling our memory.
LONGEST_QUESTION = 512

Question = bytes | str


class Kept(NamedTuple):
    """One answer ready to be sent, and how long it may be."""

    body: bytes
    headers: Headers
    since: datetime
    until: datetime
    about: tuple[bytes, ...]


class KeptAnswers:
    """The least asked for of late goes first."""

    def __init__(self, most: int = MOST_ANSWERS) -> None:
        self._most = most
        self._answers: OrderedDict[Question, Kept] = OrderedDict()
        self._asked: defaultdict[bytes, set[Question]] = defaultdict(set)

    def __len__(self) -> int:
        return len(self._answers)

    def get(self, question: Question, now: datetime) -> Kept | None:
        kept = self._answers.get(question)
        if kept is None:
            return None
        if (
            not kept.since <= now <= kept.until
        ):  # before: the clock was set back, and its time is not come yet
            self._drop(question)
            return None
        self._answers.move_to_end(question)
        return kept

    def keep(self, question: Question, kept: Kept) -> None:
        if len(question) > LONGEST_QUESTION:
            return
        if len(self._answers) >= self._most:
            self._drop(next(iter(self._answers)))
        self._answers[question] = kept
        for key in kept.about:
            self._asked[key].add(question)

    def forget(self, keys: Iterable[bytes]) -> None:
        """Drop every answer that says anything of these."""
        for key in keys:
            for question in tuple(self._asked.get(key, ())):
                self._drop(question)

    def forget_all(self) -> None:
        self._answers.clear()
        self._asked.clear()

    def _drop(self, question: Question) -> None:
        kept = self._answers.pop(question)
        for key in kept.about:
            asked = self._asked[key]
            asked.discard(question)
            if not asked:
                del self._asked[key]
