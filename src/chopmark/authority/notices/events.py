"""What notices hands on: to itself, outside the transaction in which it was asked."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("notice.asked")
@dataclass(frozen=True, slots=True)
class NoticeAsked:
    """The strongroom is to be asked for a notice, or how it stands."""

    reference: str
