"""What verification hands on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("application.approved")
@dataclass(frozen=True, slots=True)
class ApplicationApproved:
    reference: str


@event("application.closed_unissued")
@dataclass(frozen=True, slots=True)
class ApplicationClosedUnissued:
    """Refused or withdrawn: its case at the strongroom can be closed."""

    reference: str
