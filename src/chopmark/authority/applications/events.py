"""What applications hand on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("application.submitted")
@dataclass(frozen=True, slots=True)
class ApplicationSubmitted:
    reference: str
