"""What delivery hands on."""

from dataclasses import dataclass

from chopmark.authority.kernel.outbox import event


@event("certificate.accepted")
@dataclass(frozen=True, slots=True)
class CertificateAccepted:
    issuer_id: int
    serial_number: str
    reference: str


@event("certificate.declined")
@dataclass(frozen=True, slots=True)
class CertificateDeclined:
    """Rejected by the subscriber, or never answered."""

    issuer_id: int
    serial_number: str
    reference: str


@event("chunk.to_offer", last=True)
@dataclass(frozen=True, slots=True)
class ChunkToOffer:
    """The certificates of a campaign's chunk are recorded: they are offered once the log has them.

    `acceptance` is what operators approved; where that says nothing, nobody is asked to answer.
    """

    campaign_id: int
    number: int
    acceptance: str = ""


@event("chunk.to_tell", last=True)
@dataclass(frozen=True, slots=True)
class ChunkToTell:
    """Some of a chunk were offered: their holders are told, after all other news. By their applications, both included."""

    first: str
    last: str


@event("chunk.accepted", last=True)
@dataclass(frozen=True, slots=True)
class ChunkAccepted:
    """Some of a chunk are accepted by what their holders agreed to: they may stand in the repository."""

    first: str
    last: str
