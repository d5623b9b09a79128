"""Until when rows that would be forgotten are kept, because the evidence of a breach is frozen."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from chopmark.strongroom.breaches.models import BreachStep, EvidenceFreeze, StepKind


def forgettable(now: datetime, *, by: datetime) -> Q:
    """Rows with a moment `at` that is past `by`, but for those of the frozen time.

    A freeze keeps what is there when it begins, and what comes until somebody writes that the breach is resolved, as long
    as it is in force. What the officer says of when it was does not count: she could free the evidence by it.
    """
    until = max(_frozen(now), default=None)
    past = Q(at__lte=by)
    return past if until is None else past & Q(at__gt=until)


def _frozen(now: datetime) -> Iterator[datetime]:
    for freeze in EvidenceFreeze.objects.filter(lifted=None):
        resolved = BreachStep.objects.filter(breach=freeze.breach_id, kind=StepKind.RESOLVED).first()
        yield max(freeze.frozen_at, resolved.written_at) if resolved else now
