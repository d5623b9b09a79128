"""One certificate accepted, one revoked, one with a key that the authority made; one application refused, one claim spent."""

import contextlib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.audit import AuditTag
from chopmark.authority.audit.services import leave
from chopmark.authority.catalogue.editions import PackFiles, files_of, note_pack
from chopmark.authority.catalogue.reading import current
from chopmark.authority.catalogue.words import Asker, KeySource
from chopmark.authority.issuance import signing
from chopmark.authority.kernel.actors import Actor, ActorKind, process
from chopmark.authority.revocation.asking import Asked, Means
from chopmark.authority.revocation.suspending import release_by_officer, suspend_by_officer
from chopmark.config.audit.command import faults
from chopmark.config.audit.fault import Fault
from chopmark.pki.algorithms import SignatureAlgorithm
from tampering.campaign import certified, extended, revoked
from tampering.cards import carded
from tampering.ours import AUTHORITY
from tampering.side import Side
from tampering.staff import reviewed
from world import A_SECOND, NOON, World, at

# So that one tile and one bundle are full, and there is a tile above them.
LEAVES = 200


class Faulty:
    """A token whose signature under a certificate's key is lost."""

    def __init__(self, token: Any) -> None:
        self.token = token

    def __getattr__(self, name: str) -> Any:
        return getattr(self.token, name)

    def sign(self, handle: Any, data: bytes, algorithm: SignatureAlgorithm) -> bytes:
        if handle.label.startswith("identity"):
            raise ConnectionError
        return self.token.sign(handle, data, algorithm)


@dataclass(frozen=True, slots=True)
class Scene:
    """The world, its folders, and the hour at which it is audited."""

    world: World
    log: Path
    public: Path
    now: datetime
    side: Side = AUTHORITY

    def faults(self) -> list[Fault]:
        return list(faults(now=self.now, settled=False, ocsp_address=None))

    def sign(self, text: bytes) -> bytes:
        """Under the log's own key, as whoever has its token can."""
        return self.world.token.sign(self.world.token.handle("log"), text, SignatureAlgorithm.ED25519)


def populated(world: World, settings: Any) -> Scene:
    _started_by_two_packs()
    reviewed(world)
    _spent(world)
    certified(world, Faulty(world.token))
    revoked(world)
    extended(world)
    carded(world)
    accepted = world.issued()
    world.accepts(_application_of(accepted))
    _on_hold_twice(accepted)
    world.revokes(world.issued())
    world.issued(key_source=KeySource.AUTHORITY)
    world.refuses(world.gathers(world.begins()))
    for number in range(LEAVES):
        if number % 50 == 0:
            world.turns()
        leave(tag=AuditTag.APPLICATION_BEGUN, payload={"number": number}, now=NOON)
    for _ in range(3):
        world.turns()
        world.ticks(now=world.later(NOON))
    world.turns()
    world.turns()
    return Scene(world, settings.CHOPMARK_LOG_DIR, settings.CHOPMARK_PUBLIC_DIR, world.later(NOON))


def _application_of(certificate: Any) -> Any:
    return by_reference(certificate.application_reference)


def _on_hold_twice(certificate: Any) -> None:
    """Suspended and released, and again, in four seconds."""
    officer = Actor(
        kind=ActorKind.OFFICER, id="20417", permissions=frozenset({"counter:suspension:take"}), outlet=None
    )
    named = {"issuer_id": certificate.issuer_id, "serial_number": bytes(certificate.serial_number)}
    asked = Asked(by=Asker.SUBSCRIBER, means=Means.TELEPHONE, document="CALL 2611-004")
    for second in (0, 2):
        with at("web"):
            suspend_by_officer(**named, asked=asked, actor=officer, now=NOON + second * A_SECOND)
            release_by_officer(**named, asked=asked, actor=officer, now=NOON + (second + 1) * A_SECOND)


def _started_by_two_packs() -> None:
    files = files_of(django_settings.CHOPMARK_PACKS)
    for said in (files, PackFiles({**files.digests, "demo/more.toml": "00" * 32})):
        note_pack(pack=current(), files=said, actor=process("web"), now=NOON)


def _spent(world: World) -> None:
    """The signer dies between claim and record; her certificate comes of the next claim."""
    world.approved()
    world.hears()
    with contextlib.suppress(ConnectionError), at("signer"):
        signing.run_once(token=Faulty(world.token), now=world.later(NOON), claimer=1)
    world.ticks()
    world.turns()
