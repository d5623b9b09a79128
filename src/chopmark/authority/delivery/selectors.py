"""Reading offers and answers."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from chopmark.authority.delivery.models import Answer, Offer
from chopmark.authority.kernel.identifiers import CertificateId


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


def counted(first: str, last: str) -> dict[str, int]:
    """What became of the offers of the applications from one reference to another."""
    own = {"application_reference__range": (first, last)}
    words = dict(Answer.objects.filter(**own).values_list("word").annotate(many=Count("pk")).order_by())
    offered = Offer.objects.filter(**own).count()
    return {
        "offered": offered,
        "accepted": words.get(Answer.Word.ACCEPTED, 0),
        "declined": words.get(Answer.Word.REJECTED, 0),
        "lapsed": words.get(Answer.Word.LAPSED, 0),
        "unanswered": offered - sum(words.values()),
    }


def accepted_between(first: str, last: str) -> set[CertificateId]:
    """The accepted certificates of applications from one reference to another, both included."""
    answers = Answer.objects.filter(word=Answer.Word.ACCEPTED, application_reference__range=(first, last))
    named = answers.values_list("issuer_id", "serial_number")
    return {CertificateId(issuer_id, bytes(serial_number)) for issuer_id, serial_number in named}


def is_accepted(issuer_id: int, serial_number: bytes) -> bool:
    """Whether the subscriber accepted this certificate: what the repository and its legal status hang on (C56)."""
    accepted = Answer.objects.filter(word=Answer.Word.ACCEPTED)
    return accepted.filter(issuer_id=issuer_id, serial_number=serial_number).exists()
