"""The campaign that runs meanwhile, and what can be seen of it from the desk, whichever server answers."""

from typing import Any

from layout import Layout, hand_out_receipt_key

from outcome import patiently, told

COUNT, IN_A_CHUNK = 2000, 100


def staged(layout: Layout) -> Any:
    """People with keys and names, approved: small chunks, so that there are many moments to lose a machine in."""
    from chopmark.authority.campaigns.models import Campaign
    from chopmark.authority.kernel import clock
    from chopmark.config.bench import population

    population.CHUNK = IN_A_CHUNK
    owner = population.stand_in_for_owner(layout.desk)
    hand_out_receipt_key(layout)
    now = clock.now()
    campaign = population.approved_campaign(COUNT, Campaign.Input.KEYS, now)
    population.name_all(campaign, owner, now)
    return campaign


def start(campaign: Any) -> None:
    from chopmark.authority.campaigns import services
    from chopmark.authority.kernel import clock
    from chopmark.config.bench import population

    services.start(reference=campaign.reference, actor=population.operator(1), now=clock.now())


def issued(campaign: Any) -> int:
    from chopmark.authority.campaigns import selectors

    return patiently(lambda: selectors.progress(campaign)).issued


def some_certificate(number: int) -> tuple[int, bytes]:
    """Issuer and serial number of one that was issued."""
    ((issuer_id, serial_number),) = told(
        "select issuer_id, serial_number from issuance_certificate where kind = 'certificate' order by id offset %s limit 1",
        number,
    )
    return issuer_id, bytes(serial_number)


def revoke(issuer_id: int, serial_number: bytes) -> None:
    """As whoever it was made for would, had she a login: a campaign's lines here are nobody's."""
    from chopmark.authority.applications.population import NOBODY
    from chopmark.authority.kernel import clock
    from chopmark.authority.kernel.actors import Actor, ActorKind
    from chopmark.authority.revocation.errors import AlreadyRevoked
    from chopmark.authority.revocation.services import revoke_by_subscriber
    from chopmark.pki.crl import CRLReason

    her = Actor(kind=ActorKind.SUBSCRIBER, id="holder", participant_id=NOBODY)

    def ask() -> None:
        try:
            revoke_by_subscriber(
                issuer_id=issuer_id,
                serial_number=serial_number,
                reason=CRLReason.KEY_COMPROMISE,
                actor=her,
                now=clock.now(),
            )
        except AlreadyRevoked:  # it was committed, and the server was lost before it could say so
            return

    patiently(ask)


def ask_for_lists() -> None:
    """Lists of this moment: a revocation may commit a little after a list of its second was read, and the next one has it."""
    from chopmark.authority.custody.selectors import authority_by_slug
    from chopmark.authority.kernel import clock
    from chopmark.authority.kernel.actors import Actor, ActorKind
    from chopmark.authority.participants.permissions import Permission
    from chopmark.authority.publication.services import publish_now

    permissions = frozenset({str(Permission.CONSOLE_CRL_PUBLISH)})
    operator = Actor(kind=ActorKind.OPERATOR, id="scale", permissions=permissions)
    patiently(
        lambda: publish_now(issuer_id=authority_by_slug("identity-1").id, actor=operator, now=clock.now())
    )


def is_delta_public() -> bool:
    """Whether there is a delta to the newest full list, which is never made together with it."""
    from chopmark.authority.custody.printing import DELTA, FULL
    from chopmark.authority.custody.selectors import authority_by_slug
    from chopmark.authority.publication import selectors

    issuer_id = authority_by_slug("identity-1").id
    full, delta = patiently(lambda: [selectors.published(issuer_id, shard) for shard in (FULL, DELTA)])
    return full is not None and delta is not None and delta.number > full.number
