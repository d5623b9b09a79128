"""Anybody may send anything: refusals are counted here, and a minute of them is one leaf."""

import threading
from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from chopmark.authority.kernel.actors import ANONYMOUS
from chopmark.authority.validation.services import record_refusals


class Refusals:
    """Counts by code, until they are recorded; a minute that cannot be recorded is carried into the next."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def count(self, codes: Iterable[str]) -> None:
        with self._lock:
            self._counts.update(codes)

    def record(self, now: datetime) -> None:
        """Leave the leaf, if there is anything to say."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        if not counts:
            return
        try:
            record_refusals(counts=counts, actor=ANONYMOUS, now=now)
        except Exception:
            self.count(counts.elements())
            raise
