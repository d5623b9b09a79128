"""Two populations are certified: one line of each is never printed, once the signer dies; some are revoked at once.

Then what is left is free for longer, by two decisions one after another.
"""

import contextlib
from datetime import timedelta

from campaign_stage import Drive, Owner, forget_templates
from chopmark.authority.campaigns import cohort_planning, extending, handlers, services, signing
from chopmark.authority.campaigns.cohort_planning import Extending
from chopmark.authority.campaigns.matching import Matching
from chopmark.authority.catalogue.reading import current
from chopmark.authority.issuance import chunks
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.revocation.models import Revocation
from chopmark.pki.crl import CRLReason
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


def revoked(world: World) -> None:
    """Twice two certificates are revoked at once, by one campaign of two that were approved for them; the other finds it done."""
    for reason in (CRLReason.SUPERSEDED, CRLReason.CESSATION_OF_OPERATION):
        drive = Drive(world, Owner(world))
        good = Certificate.objects.exclude(serial_number__in=Revocation.objects.values("serial_number"))
        first, second = good.order_by("id")[:2]
        numbers = frozenset({bytes(first.serial_number), bytes(second.serial_number)})
        campaigns = [drive.plans_revocation(Matching(serial_numbers=numbers), reason) for _ in range(2)]
        for campaign in campaigns:
            drive.approves(campaign)
            drive.starts(campaign)
        for campaign in campaigns:
            assert drive.revokes(campaign)
    world.turns()
    with at("worker"):
        handlers.go_on(actor=WORKER, now=NOON)


def extended(world: World) -> None:
    """The free period of everybody before a day is extended, and then once more for longer."""
    drive = Drive(world, Owner(world))
    midnight = current().authority.local(NOON).replace(hour=0) + timedelta(days=9)
    for free_months in (24, 36):
        wanted = Extending(matching=Matching(issued_before=midnight), free_months=free_months)
        with at("operator"):
            planned = cohort_planning.dry_run(wanted, now=NOON)
            campaign = services.write_cohort_change(
                wanted=wanted, planned=planned, actor=drive.operators()[0], now=NOON
            )
        drive.approves(campaign)
        drive.starts(campaign)
        with at("worker"):
            assert extending.work(campaign.pk, now=NOON)
            handlers.go_on(actor=WORKER, now=NOON)
    world.turns()
