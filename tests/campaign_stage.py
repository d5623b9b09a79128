"""A campaign for a few people: their keys in a file, their names with the owner."""

import base64
import secrets
from dataclasses import dataclass, field, replace
from typing import TypeVar
from uuid import UUID, uuid4

from chopmark.authority.campaigns import chunks, mass_planning, planning, revoking, selectors, services
from chopmark.authority.campaigns.mass_planning import Revoking
from chopmark.authority.campaigns.matching import Matching
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.campaigns.planning import Planned, Wanted
from chopmark.authority.issuance import composing, gate
from chopmark.authority.kernel.actors import Actor
from chopmark.pki.crl import CRLReason
from chopmark.strongroom.client import RollLine, RollReceipt, roll_digest
from chopmark.strongroom.receipts import roll_payload, sign
from world import NOON, World, a_key, at, spki_der

P = TypeVar("P", bound=Planned)

GRANT = UUID("9d1c2b6e-0000-4000-8000-000000000001")


@dataclass
class Owner:
    """Whoever stands at the strongroom's machine door: opens what it knows, and signs a roll over it."""

    world: World
    lines: dict[UUID, RollLine] = field(default_factory=dict)
    calls: int = 0
    changes: dict[str, object] = field(default_factory=dict)

    def open_roll(self, *, grant, purpose, records, type_code, actor):
        self.calls += 1
        found = {record: self.lines.get(record, "record_unknown") for record in records}
        said = [line for line in found.values() if isinstance(line, RollLine)]
        roll = RollReceipt(
            grant=grant,
            purpose=purpose,
            type=type_code,
            count=len(said),
            sha256=roll_digest(said),
            at=int(NOON.timestamp()),
        )
        roll = replace(roll, **self.changes)
        return found, sign(roll_payload(roll), key=self.world.owner_key) if said else ""


@dataclass
class Drive:
    """The people of one campaign, and what operators and machines do with it."""

    world: World
    owner: Owner

    def person(self, *, name="CHAN Tai Man", email="taiman.chan@mail.example", band="adult") -> UUID:
        record = uuid4()
        self.owner.lines[record] = RollLine(record, name, email, band)
        return record

    def line(self, record: UUID, key: bytes | None = None) -> str:
        return f"{record},{base64.b64encode(key or spki_der(a_key())).decode()}"

    def operators(self) -> list[Actor]:
        return [self.world.staff("31088"), self.world.staff("31102")]

    def plans(self, lines, *, now=NOON, **changes) -> Campaign:
        usual = {
            "type_code": "personal",
            "input": Campaign.Input.KEYS,
            "grant_id": GRANT,
            "purpose": "population_issue",
            "agreement": "terms 1",
        }
        wanted = Wanted(**usual | changes)
        with at("operator"):
            planned = answering(planning.dry_run(wanted, lines, now=now))
            return services.write_plan(wanted=wanted, planned=planned, actor=self.operators()[0], now=now)

    def plans_revocation(
        self, matching: Matching, reason: CRLReason, *, actor: Actor | None = None, now=NOON
    ) -> Campaign:
        wanted = Revoking(matching=matching, reason=reason)
        with at("operator"):
            planned = mass_planning.dry_run(wanted, now=now)
            return services.write_revocation(
                wanted=wanted, planned=planned, actor=actor or self.operators()[0], now=now
            )

    def revokes(self, campaign: Campaign, number: int = 0, *, now=NOON) -> bool:
        with at("worker"):
            return revoking.work(campaign.pk, number, now=now)

    def approves(self, campaign: Campaign, *who: Actor) -> None:
        for operator in who or self.operators():
            with at("operator"):
                services.approve(
                    reference=campaign.reference, digest=bytes(campaign.digest), actor=operator, now=NOON
                )

    def starts(self, campaign: Campaign) -> None:
        with at("operator"):
            services.start(reference=campaign.reference, actor=self.operators()[0], now=NOON)

    def running(self, people: int = 3, **changes) -> Campaign:
        """A campaign that was planned for so many people, approved and started."""
        campaign = self.plans([self.line(self.person(**changes)) for _ in range(people)])
        self.approves(campaign)
        self.starts(campaign)
        return campaign

    def works(self, campaign: Campaign, number: int = 0, *, now=NOON, randomness=secrets.token_bytes) -> bool:
        with at("worker"):
            return chunks.work(campaign.pk, number, opener=self.owner, randomness=randomness, now=now)

    def report(self, campaign: Campaign) -> selectors.Progress:
        with at("operator"):
            return selectors.progress(campaign)


def answering(planned: P) -> P:
    """Whether these people have a login is no matter of this stage: all of them could answer."""
    return replace(planned, facts={**planned.facts, "cannot_answer": 0})


def forget_templates() -> None:
    """A process has one pack for life; a test may change the law."""
    composing._compiled.cache_clear()
    gate._gates.clear()


def cards(world, people=3):
    """Certificates in cards: what their holders agreed to when they applied counts."""
    drive = Drive(world, Owner(world))
    campaign = drive.plans(
        [drive.line(drive.person()) for _ in range(people)], type_code="smart-id", agreement="terms 2"
    )
    drive.approves(campaign)
    drive.starts(campaign)
    drive.works(campaign)
    world.turns(rounds=30)
    return campaign
