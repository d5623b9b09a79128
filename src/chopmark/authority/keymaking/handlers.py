"""What keymaking does when it hears of something."""

from collections.abc import Sequence
from datetime import datetime

from chopmark.authority.kernel.actors import process
from chopmark.authority.keymaking import services
from chopmark.authority.keymaking.events import SubscriberKeyKept


def purge_kept(events: Sequence[SubscriberKeyKept], now: datetime) -> None:
    for event in events:
        services.purge_after_delivery(application_reference=event.reference, actor=process("worker"), now=now)
