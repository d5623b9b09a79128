"""What verification does when it hears of something: the calls to the strongroom, outside any transaction of ours."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from django.conf import settings

from chopmark.authority.applications.events import ApplicationSubmitted
from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.applications.services import forget
from chopmark.authority.applications.states import GAVE_UP
from chopmark.authority.catalogue.words import Evidence as EvidenceKind
from chopmark.authority.kernel.actors import process
from chopmark.authority.verification import services
from chopmark.authority.verification.selectors import evidence_of
from chopmark.strongroom.client import Strongroom, StrongroomRefused

# The strongroom will never say otherwise: the application cannot go on.
GONE = frozenset({"case_closed", "case_expired", "record_shredded"})


class OfApplication(Protocol):
    """Any event that names its application."""

    @property
    def reference(self) -> str: ...


def confirm_cases(events: Sequence[ApplicationSubmitted], now: datetime) -> None:
    """Tell the strongroom that the receipt came home; a record whose case nobody confirms is shredded in some days."""
    strongroom = Strongroom(settings.CHOPMARK_STRONGROOM_SOCKET)
    for going_on, case_id in _going_on(events):
        try:
            strongroom.confirm_case(case=case_id, actor="worker")
        except StrongroomRefused as refused:
            if refused.reason not in GONE:
                raise
            forget(reference=going_on.reference, why=refused.reason, actor=process("worker"), now=now)


def check_duplicates(events: Sequence[ApplicationSubmitted], now: datetime) -> None:
    """Ask the strongroom whether it holds other records of the same person (C20). The question is itself an opening there."""
    strongroom = Strongroom(settings.CHOPMARK_STRONGROOM_SOCKET)
    for going_on, case_id in _going_on(events):
        if EvidenceKind.DUPLICATE_CHECK in evidence_of(going_on.reference):
            continue
        others = strongroom.find(
            case=case_id, purpose="duplicate_check", actor="worker", outlet=going_on.outlet
        )
        services.record_duplicate_check(
            reference=going_on.reference, others=len(others), actor=process("worker"), now=now
        )


def _going_on(events: Sequence[OfApplication]) -> Iterator[tuple[Application, UUID]]:
    """Each with its case, of those not refused or withdrawn since: the strongroom would refuse a closed case for ever."""
    for event in events:
        application = by_reference(event.reference)
        if application.case_id is not None and application.state not in GAVE_UP:
            yield application, application.case_id


def keep_notices(events: Sequence[OfApplication], now: datetime) -> None:
    """Give the case back at the strongroom, since its work is done, and keep what lets the strongroom write to the subscriber."""
    strongroom = Strongroom(settings.CHOPMARK_STRONGROOM_SOCKET)
    for event in events:
        case_id = by_reference(event.reference).case_id
        if case_id is None:
            continue
        try:
            strongroom.open_case_for_notices(case=case_id, actor="worker")
        except StrongroomRefused as refused:
            if refused.reason not in GONE:
                raise
            # It is over already; of what is over nothing can be kept.
            strongroom.close_case(case=case_id, actor="worker")


def close_case(events: Sequence[OfApplication], now: datetime) -> None:
    """Close the case at the strongroom: its work is done, and nobody opens the record under it again."""
    strongroom = Strongroom(settings.CHOPMARK_STRONGROOM_SOCKET)
    for event in events:
        case_id = by_reference(event.reference).case_id
        if case_id is not None:
            strongroom.close_case(case=case_id, actor="worker")
