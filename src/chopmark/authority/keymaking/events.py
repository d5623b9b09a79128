"""What keymaking hands on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("key.kept")
@dataclass(frozen=True, slots=True)
class SubscriberKeyKept:
    """The subscriber has her copy: ours is to be destroyed."""

    reference: str


@event("key.made")
@dataclass(frozen=True, slots=True)
class SubscriberKeyMade:
    """The public half is there: the certificate may be intended."""

    reference: str
