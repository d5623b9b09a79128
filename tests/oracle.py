"""The truth by another road, asked after every step of a journey and after every fault."""

from datetime import datetime

from chopmark.config.audit.command import faults
from world import NOON


def ask(now: datetime = NOON, *, settled: bool = True, ocsp_address: str | None = None) -> None:
    """Nothing is wrong with books, decisions, log, key uses, lists and answers; fails with every sentence that is."""
    found = [str(fault) for fault in faults(now=now, settled=settled, ocsp_address=ocsp_address)]
    assert not found, "\n".join(found)
