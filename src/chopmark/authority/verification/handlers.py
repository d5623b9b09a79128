"""What verification does when it hears of something: the calls to the strongroom, outside any transaction of ours."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from django.conf import settings

from chopmark.authority.applications.events import ApplicationSubmitted
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue.words import Evidence as EvidenceKind
from chopmark.authority.kernel.actors import process
from chopmark.authority.verification import services
from chopmark.authority.verification.selectors import evidence_of
from chopmark.strongroom.client import Strongroom


class OfApplication(Protocol):
    """Any event that names its application."""

    @property
    def reference(self) -> str: ...


def confirm_cases(events: Sequence[ApplicationSubmitted], now: datetime) -> None:
    """Tell the strongroom that the receipt came home; a record whose case nobody confirms is shredded in some days."""
    strongroom = Strongroom(settings.CHOPMARK_STRONGROOM_SOCKET)
    for event in events:
        case_id = by_reference(event.reference).case_id
        if case_id is not None:
            strongroom.confirm_case(case=case_id, actor="worker")


def check_duplicates(events: Sequence[ApplicationSubmitted], now: datetime) -> None:
    """Ask the strongroom whether it holds other records of the same person (C20). The question is itself an opening there."""
    strongroom = Strongroom(settings.CHOPMARK_STRONGROOM_SOCKET)
    for event in events:
        application = by_reference(event.reference)
        if application.case_id is None or EvidenceKind.DUPLICATE_CHECK in evidence_of(application.reference):
            continue
        others = strongroom.find(case=application.case_id, purpose="duplicate_check", actor="worker")
        services.record_duplicate_check(
            reference=application.reference, others=len(others), actor=process("worker"), now=now
        )


def close_case(events: Sequence[OfApplication], now: datetime) -> None:
    """Close the case at the strongroom: its work is done, and nobody opens the record under it again."""
    strongroom = Strongroom(settings.CHOPMARK_STRONGROOM_SOCKET)
    for event in events:
        case_id = by_reference(event.reference).case_id
        if case_id is not None:
            strongroom.close_case(case=case_id, actor="worker")
