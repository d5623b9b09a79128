"""People for a measurement: keys, requests and names, written down by the services that write real ones.

The owner's signatures over the names are made by a key of the measurement, whose public half stands in the home in place of hers.
"""

import secrets
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID, uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from chopmark.authority.applications.population import Named
from chopmark.authority.campaigns import chunks, planning, services
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.campaigns.packing import Item, pack
from chopmark.authority.campaigns.planning import CHUNK, Planned, Wanted
from chopmark.authority.kernel.actors import Actor, ActorKind, process
from chopmark.authority.participants.permissions import Permission
from chopmark.config.home import Home
from chopmark.pki import der
from chopmark.pki.algorithms import SignatureAlgorithm, algorithm_identifier
from chopmark.pki.keys import spki_sha256
from chopmark.strongroom.client import RollLine, RollReceipt, roll_digest
from chopmark.strongroom.receipts import roll_payload, sign

TYPE, PURPOSE, AGREEMENT = "smart-id", "population_issue", "terms 2"
GRANT = UUID(int=1)
_EMPTY_NAME = der.sequence()


def stand_in_for_owner(home: Home) -> Ed25519PrivateKey:
    """A receipt key of the measurement's own; the processes that are started after this take it for the owner's."""
    key = Ed25519PrivateKey.generate()
    place = home.path / "owner" / "strongroom" / "receipt.pub"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.write_bytes(key.public_key().public_bytes_raw())
    return key


def approved_campaign(count: int, kind: Campaign.Input, now: datetime) -> Campaign:
    """A campaign for so many people, planned and approved, not started."""
    items = [list(_items(min(CHUNK, count - at), kind)) for at in range(0, count, CHUNK)]
    wanted = Wanted(type_code=TYPE, input=kind, grant_id=GRANT, purpose=PURPOSE, agreement=AGREEMENT)
    planned = Planned(count=count, chunks=[(len(one), pack(one)) for one in items], facts={})
    campaign = services.write_plan(wanted=wanted, planned=planned, actor=operator(1), now=now)
    for number in (1, 2):
        services.approve(
            reference=campaign.reference, digest=bytes(campaign.digest), actor=operator(number), now=now
        )
    return campaign


def operator(number: int) -> Actor:
    permissions = frozenset({str(Permission.CONSOLE_CAMPAIGN_RUN)})
    return Actor(kind=ActorKind.OPERATOR, id=f"bench-{number}", permissions=permissions)


def _items(count: int, kind: Campaign.Input) -> Iterator[Item]:
    for _ in range(count):
        key = ec.generate_private_key(ec.SECP256R1())
        spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        yield Item(uuid4(), spki if kind == Campaign.Input.KEYS else _request(key, spki))


def _request(key: ec.EllipticCurvePrivateKey, spki: bytes) -> bytes:
    """A certification request (RFC 2986) without a name: what is printed comes from the owner."""
    info = der.sequence(der.integer(0), _EMPTY_NAME, spki, der.implicit(0, der.set_of()))
    signature = key.sign(info, ec.ECDSA(hashes.SHA256()))
    return der.sequence(
        info, algorithm_identifier(SignatureAlgorithm.ECDSA_SHA256), der.bit_string(signature)
    )


def name_all(campaign: Campaign, key: Ed25519PrivateKey, now: datetime) -> None:
    """Write names for every line, as a worker does when the strongroom has opened them."""
    for number, items in chunks.all_items(campaign.pk):
        lines = [_named(place, item, campaign.input) for place, item in enumerate(items)]
        roll = _roll([RollLine(one.record_id, one.name, one.email, one.age_band) for one in lines], now)
        opened = chunks.Opened(lines, {}, [sign(roll_payload(roll), key=key)])
        chunks.name_chunk(campaign=campaign, number=number, opened=opened, actor=process("worker"), now=now)


def _roll(lines: list[RollLine], now: datetime) -> RollReceipt:
    return RollReceipt(
        grant=GRANT,
        purpose=PURPOSE,
        type=TYPE,
        count=len(lines),
        sha256=roll_digest(lines),
        at=int(now.timestamp()),
    )


def _named(place: int, item: Item, kind: str) -> Named:
    """A name and an address of her own for each, with their letters in random order of the alphabet."""
    word = secrets.token_hex(5).translate(_LETTERS)
    name = f"{word[:4].upper()} {word[4:7].capitalize()} {word[7:].capitalize()}"
    digest = spki_sha256(planning.spki_of(item, kind))
    return Named(place, item.record_id, name, f"{word}@mail.example", "adult", digest)


_LETTERS = str.maketrans("0123456789", "ghijklmnop")
