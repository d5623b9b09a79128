"""Two populations are certified: in each one line cannot be printed, and the signer dies once over the rest."""

import contextlib

from campaign_stage import Drive, Owner, forget_templates
from chopmark.authority.campaigns import handlers, signing
from chopmark.authority.issuance import chunks
from world import NOON, WORKER, World, at


def certified(world: World, faulty_token) -> None:
    for claimer in (701, 702):
        drive = Drive(world, Owner(world))
        unprintable = drive.person(name="W" * 64, email="x" * 65 + "..@mail.example")
        campaign = drive.plans(
            [drive.line(drive.person()), drive.line(unprintable), drive.line(drive.person())]
        )
        drive.approves(campaign)
        drive.starts(campaign)
        drive.works(campaign)
        with contextlib.suppress(ConnectionError), at("signer"):
            signing.run_once(token=faulty_token, now=NOON, claimer=claimer)
        with at("worker"):
            assert chunks.mark_spent_chunks(actor=WORKER, now=NOON) == 1
        world.turns()
        drive.works(campaign)
        world.turns()
        with at("worker"):
            handlers.go_on(actor=WORKER, now=NOON)
    forget_templates()
