"""What keymaking hands on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("key.made")
@dataclass(frozen=True, slots=True)
class SubscriberKeyMade:
    """The public half is there: the certificate may be intended."""

    reference: str
