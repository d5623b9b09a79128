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


@event("key_pool.discarded", last=True)
@dataclass(frozen=True, slots=True)
class KeyPoolDiscarded:
    """What is free up to this key is to be destroyed."""

    up_to: int


@event("key_pool.asked")
@dataclass(frozen=True, slots=True)
class KeyPoolAsked:
    """An operator ordered keys for the pool: they are to be made in batches."""

    order_id: int
