"""Two batches of a card bureau, each with a key that we made; it has the response of both, and the rest is discarded."""

import secrets
from datetime import timedelta
from hashlib import sha256

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding

from campaign_stage import GRANT, Drive, Owner, answering, forget_templates
from chopmark.authority.campaigns import card_planning, card_selectors, cards, handlers
from chopmark.authority.campaigns.card_files import Asked
from chopmark.authority.campaigns.card_planning import Ours
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.campaigns.planning import Wanted
from chopmark.authority.custody.token import KeyAlgorithm
from chopmark.authority.keymaking import pool, pool_discard
from world import NOON, WORKER, World, at


def carded(world: World) -> None:
    drive = Drive(world, Owner(world))
    transport = _transport_certificate()
    for count, batch in enumerate(("A", "B"), 1):
        with at("operator"):
            order = pool.order(algorithm="P-256", count=count, actor=drive.operators()[0], now=NOON)
        world.turns()
        campaign = _planned(drive, batch, transport)
        drive.approves(campaign)
        drive.starts(campaign)
        drive.works(campaign)
        world.turns()
        with at("worker"):
            handlers.go_on(actor=WORKER, now=NOON)
        world.turns()
        _answered(drive, campaign)
        with at("operator"):
            pool.stop(order_id=order.pk, actor=drive.operators()[0], now=NOON)
            pool_discard.discard(actor=drive.operators()[0], now=NOON)
    world.turns()
    forget_templates()


def _planned(drive: Drive, batch: str, transport: bytes) -> Campaign:
    ours = Ours(algorithm=KeyAlgorithm.P256, agreement="terms 1", transport_certificate=transport)
    wanted = Wanted(
        type_code="personal",
        input=Campaign.Input.CARDS,
        grant_id=GRANT,
        purpose="population_issue",
        agreement="terms 1",
    )
    lines = [(7, Asked("R1", drive.person(), b""))]
    with at("operator"):
        planned = answering(card_planning.dry_run(wanted, "CARDCO", batch, lines, now=NOON, ours=ours))
        return cards.write_cards(wanted=wanted, planned=planned, actor=drive.operators()[0], now=NOON)


def _answered(drive: Drive, campaign: Campaign) -> None:
    operator = drive.operators()[0]
    with at("operator"):
        card_selectors.require_answerable(campaign)
        (answer,) = card_selectors.answers(campaign)
        digest = sha256(answer.line).digest()
        cards.record_response(
            reference=campaign.reference, sha256=digest, issued=1, failed=0, actor=operator, now=NOON
        )
        cards.acknowledge(reference=campaign.reference, sha256=digest, actor=operator, now=NOON)


def _transport_certificate() -> bytes:
    key = rsa.generate_private_key(65537, 3072)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CARDCO transport")])
    builder = x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
    builder = builder.serial_number(1 + secrets.randbits(64)).not_valid_before(NOON)
    signed = builder.not_valid_after(NOON + timedelta(days=9)).sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.DER)
