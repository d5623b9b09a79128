"""What verification hands on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("application.approved")
@dataclass(frozen=True, slots=True)
class ApplicationApproved:
    reference: str
