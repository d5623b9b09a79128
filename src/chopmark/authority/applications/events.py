"""What applications hand on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("application.submitted")
@dataclass(frozen=True, slots=True)
class ApplicationSubmitted:
    reference: str


@event("application.closed_unissued")
@dataclass(frozen=True, slots=True)
class ApplicationClosedUnissued:
    """Refused or withdrawn: its case at the strongroom can be closed."""

    reference: str
