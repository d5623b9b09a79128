"""What keymaking does when it hears of something."""

from collections.abc import Sequence
from datetime import datetime

from chopmark.authority.kernel.actors import process
from chopmark.authority.keymaking import pool, pool_discard, services
from chopmark.authority.keymaking.events import KeyPoolAsked, KeyPoolDiscarded, SubscriberKeyKept


def purge_kept(events: Sequence[SubscriberKeyKept], now: datetime) -> None:
    for event in events:
        services.purge_after_delivery(application_reference=event.reference, actor=process("worker"), now=now)


def make_pool_batches(events: Sequence[KeyPoolAsked], now: datetime) -> None:
    pool.go_on(actor=process("worker"), now=now)


def purge_discarded(events: Sequence[KeyPoolDiscarded], now: datetime) -> None:
    for event in events:
        pool_discard.ask_purge(event.up_to, now)
