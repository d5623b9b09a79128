"""Reading offers and answers."""

from dataclasses import dataclass
from datetime import datetime

from chopmark.authority.delivery.models import Answer, Offer


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Where a certificate stands between us and its subscriber."""

    offered_at: datetime
    answer: str | None
    answered_at: datetime | None

    @property
    def is_accepted(self) -> bool:
        return self.answer == Answer.Word.ACCEPTED


def delivery_of(reference: str) -> Delivery | None:
    offered = Offer.objects.filter(application_reference=reference).first()
    if offered is None:
        return None
    answer = Answer.objects.filter(application_reference=reference).first()
    return Delivery(
        offered_at=offered.offered_at,
        answer=answer.word if answer else None,
        answered_at=answer.answered_at if answer else None,
    )


def is_accepted(issuer_id: int, serial_number: bytes) -> bool:
    """Whether the subscriber accepted this certificate: what the repository and its legal status hang on (C56)."""
    accepted = Answer.objects.filter(word=Answer.Word.ACCEPTED)
    return accepted.filter(issuer_id=issuer_id, serial_number=serial_number).exists()
