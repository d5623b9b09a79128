"""What somebody asks of an officer about a certificate: who asks, how, and which paper shows it (CPS 4.9.2, 4.9.15)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chopmark.authority.catalogue.words import Asker
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.revocation.models import HoldRequest
from chopmark.pki.reasons import CRLReason


class Means(StrEnum):
    """How the request came; none but in person shows by itself who asks."""

    EMAIL = "email"
    FAX = "fax"
    IN_PERSON = "in_person"
    LETTER = "letter"
    TELEPHONE = "telephone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request as an officer took it down; `document` is the number of a paper or a note of a call, never of a person."""

    by: Asker
    means: Means
    document: str
    reason: CRLReason | None = None  # none for a release


def take_down(
    asked: Asked, act: HoldRequest.Act, *, about: CertificateId, actor: Actor, at: datetime
) -> HoldRequest:
    """The row alone, for an act that promises it."""
    return HoldRequest.objects.create(
        issuer_id=about.issuer_id,
        serial_number=about.serial_number,
        act=act,
        asked_by=asked.by,
        means=asked.means,
        document=asked.document,
        reason=None if asked.reason is None else int(asked.reason),
        officer=actor.id,
        outlet=actor.outlet or "",
        at=at,
    )
