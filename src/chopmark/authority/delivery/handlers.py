"""What delivery does when it hears of something."""

from collections.abc import Sequence
from datetime import datetime

from chopmark.authority.delivery import services
from chopmark.authority.delivery.selectors import delivery_of
from chopmark.authority.issuance.events import CertificateRecorded
from chopmark.authority.kernel.actors import process


def offer_certificates(events: Sequence[CertificateRecorded], now: datetime) -> None:
    for event in events:
        if delivery_of(event.reference) is None:
            services.offer(reference=event.reference, actor=process("worker"), now=now)
