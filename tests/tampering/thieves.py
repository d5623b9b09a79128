"""What a thief of the worker can do under the authority's name: row, leaf and news as the worker writes them, with no reason."""

from collections.abc import Callable, Mapping
from random import Random  # noqa: TID251  a blow must come again by its seed

from chopmark.authority.audit import AuditTag
from chopmark.authority.audit.services import act
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.delivery import services as delivery
from chopmark.authority.delivery.models import Answer, Offer
from chopmark.authority.issuance.models import Certificate, SpentClaim
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.revocation import services as revocation
from chopmark.authority.revocation.mass import revoke_many
from chopmark.authority.revocation.models import Revocation
from chopmark.config.audit.fault import Fault
from chopmark.pki.reasons import CRLReason
from tampering.side import Stage
from world import NOON, WORKER, at

Named = Callable[[Fault], bool]
Blow = Callable[[Stage, Random], Named]


def by_nobody(_: Stage, random: Random) -> Named:
    """As if its subscriber had declined it."""
    victim = _good(random)
    with at("worker"):
        revocation.revoke_declined(
            issuer_id=victim.issuer_id,
            serial_number=bytes(victim.serial_number),
            actor=WORKER,
            now=NOON,
        )
    return _named(victim)


def in_a_campaigns_name(_: Stage, random: Random) -> Named:
    """As if a campaign that was approved for others had it."""
    victim = _good(random)
    campaign = random.choice(list(Campaign.objects.filter(kind=Campaign.Kind.MASS_REVOCATION)))
    behind: dict[str, str | int] = {"campaign": campaign.reference, "chunk": 0, "part": 0}
    with at("worker"):
        _revoke(victim=victim, behind=behind, actor=WORKER, now=NOON)
    return _named(victim)


@act(AuditTag.CHUNK_REVOKED)
def _revoke(*, victim, behind, actor, now) -> None:
    revoke_many(
        certificates=[CertificateId(victim.issuer_id, bytes(victim.serial_number))],
        reason=CRLReason.SUPERSEDED,
        behind=behind,
        actor=actor,
        now=now,
    )


def lapsed_early(_: Stage, random: Random) -> Named:
    """The worker's clock is the thief's: her offer lapses on the day on which it was made."""
    waiting = Offer.objects.exclude(
        application_reference__in=Answer.objects.values("application_reference")
    ).exclude(serial_number__in=Revocation.objects.values("serial_number"))
    offer = random.choice(list(waiting.order_by("id")))
    with at("worker"):
        delivery.lapse(reference=offer.application_reference, actor=WORKER, now=NOON)
        revocation.revoke_declined(
            issuer_id=offer.issuer_id, serial_number=bytes(offer.serial_number), actor=WORKER, now=NOON
        )
    return _named(offer)


def spent_though_recorded(_: Stage, random: Random) -> Named:
    """As if its signer had died."""
    victim = _good(random)
    with at("worker"):
        SpentClaim.objects.create(
            issuer_id=victim.issuer_id,
            serial_number=victim.serial_number,
            kind=victim.kind,
            application_reference=victim.application_reference,
            spent_at=NOON,
        )
        revocation.revoke_spent(
            issuer_id=victim.issuer_id,
            serial_number=bytes(victim.serial_number),
            actor=WORKER,
            now=NOON,
        )
    return _named(victim)


def _good(random: Random) -> Certificate:
    revoked = Revocation.objects.values("serial_number")
    return random.choice(list(Certificate.objects.exclude(serial_number__in=revoked).order_by("id")))


def _named(victim: Certificate | Offer) -> Named:
    about = f"{victim.issuer_id}/{bytes(victim.serial_number).hex()}"
    return lambda fault: (fault.check, fault.about) == ("revocation", about)


THIEVES: Mapping[str, Blow] = {
    "revocation by nobody": by_nobody,
    "revocation in a campaign's name": in_a_campaigns_name,
    "revocation of an offer before its time": lapsed_early,
    "revocation of what is not spent": spent_though_recorded,
}
