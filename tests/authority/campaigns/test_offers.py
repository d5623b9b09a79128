"""Certificates of a campaign are offered, accepted, declined, or lapse, as those from the counter; and their holders are told."""

from datetime import timedelta

import pytest
from django.db import connection

from campaign_stage import Drive, Owner, cards
from chopmark.authority.applications.errors import NotTheApplicant
from chopmark.authority.applications.holders import with_login
from chopmark.authority.applications.models import Application
from chopmark.authority.applications.selectors import of_login
from chopmark.authority.campaigns import handlers, offering, planning, services, signing
from chopmark.authority.campaigns.accepting import acceptance
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.catalogue.reading import current
from chopmark.authority.delivery import chunks
from chopmark.authority.delivery import handlers as delivery
from chopmark.authority.delivery.events import ChunkToOffer, ChunkToTell
from chopmark.authority.delivery.models import Answer, Offer
from chopmark.authority.delivery.services import accept, reject
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel.models import Handover
from chopmark.authority.kernel.outbox import NotYet
from chopmark.authority.notices.models import Notice
from chopmark.authority.publication.models import CertificatePublication
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.revocation.services import revoke_by_subscriber, revoke_declined
from chopmark.authority.revocation.suspending import suspend_by_subscriber
from chopmark.pki.reasons import CRLReason
from chopmark.strongroom.client import RollLine
from oracle import ask
from unchanged import refused
from world import NOON, WORKER, at, leaf_count, leaves

DAY = timedelta(days=1)


@pytest.fixture
def asha(world):
    """She has a login, and was seen at a counter."""
    return world.approved()


@pytest.fixture
def hers(world, asha):
    """A campaign's certificate for Asha's own record, and one for a stranger's."""
    drive = Drive(world, Owner(world))
    drive.owner.lines[asha.record_id] = RollLine(
        asha.record_id, asha.subject_name, asha.subject_email, "adult"
    )
    campaign = drive.plans([drive.line(asha.record_id), drive.line(drive.person())])
    drive.approves(campaign)
    drive.starts(campaign)
    drive.works(campaign)
    world.turns(rounds=30)
    return Application.objects.get(reference__startswith="CP", record_id=asha.record_id)


def counts(campaign):
    with at("operator"):
        return acceptance(campaign)["acceptance"]


def test_it_works(certified):
    offers = list(Offer.objects.order_by("application_reference"))
    assert [one.application_reference for one in offers] == sorted(
        Certificate.objects.values_list("application_reference", flat=True)
    )
    assert set(Application.objects.values_list("state", flat=True)) == {"issued"}
    assert [leaf["public"] for leaf in leaves() if leaf["tag"] == "chunk:offered"] == [{"count": 3}]
    assert counts(certified) == {"offered": 3, "accepted": 0, "declined": 0, "lapsed": 0, "unanswered": 3}
    told = Notice.objects.filter(template="certificate_ready")
    assert {(one.parameters["application"], one.parameters["answer_by"]) for one in told} == {
        (one.application_reference, "2026-12-15") for one in offers
    }
    ask()


def test_a_leaf_for_the_chunk_promises_each_row(certified):
    with connection.cursor() as cursor:
        cursor.execute("alter table delivery_offer disable trigger user")
        cursor.execute("update delivery_offer set offered_at = offered_at - interval '40 days'")
        cursor.execute("alter table delivery_offer enable trigger user")
    with pytest.raises(AssertionError, match="no leaf of the log speaks of it as it is"):
        ask()


def test_nothing_is_offered_before_the_log_has_it(drive, world):
    campaign = drive.running()
    drive.works(campaign)
    with at("signer"):
        assert signing.run_once(token=world.token, now=NOON, claimer=1) == 3
    with at("worker"), pytest.raises(NotYet):
        chunks.offer_if_due(campaign_id=campaign.pk, number=0, acceptance="offer", actor=WORKER, now=NOON)
    assert not Offer.objects.exists()


def test_a_chunk_is_offered_once(certified):
    done = Offer.objects.count(), Handover.objects.count(), leaf_count()
    with at("worker"):
        delivery.offer_chunks([ChunkToOffer(certified.pk, 0)] * 2, NOON)
    assert (Offer.objects.count(), Handover.objects.count(), leaf_count()) == done


def test_whoever_is_told_again_is_told_once(certified):
    first, *_, last = sorted(Offer.objects.values_list("application_reference", flat=True))
    with at("worker"):
        delivery.tell_chunk([ChunkToTell(first, last)] * 2, NOON)
    assert Notice.objects.count() == 3


def test_a_chunk_that_broke_off_is_offered_again(drive, world, monkeypatch):
    campaign = drive.running()
    drive.works(campaign)
    with monkeypatch.context() as patch:
        patch.setattr(chunks, "hand_on", lambda *_, **__: 1 / 0)
        world.turns()
    assert not Offer.objects.exists()
    assert set(Application.objects.values_list("state", flat=True)) == {"approved"}
    world.turns(now=NOON + DAY)
    assert Offer.objects.count() == 3


def test_a_certificate_in_a_card_is_accepted_by_the_agreement(world, settings):
    campaign = cards(world)
    assert counts(campaign) == {
        "offered": 3,
        "accepted": 3,
        "declined": 0,
        "lapsed": 0,
        "unanswered": 0,
    }
    assert set(Answer.objects.values_list("word", "reason")) == {("accepted", "agreement")}
    assert (
        CertificatePublication.objects.filter(
            serial_number__in=Certificate.objects.values("serial_number")
        ).count()
        == 3
    )
    assert len(list((settings.CHOPMARK_PUBLIC_DIR / "repository").glob("*.crt"))) == 3
    assert [leaf["public"] for leaf in leaves() if leaf["tag"] == "chunk:published"] == [{"count": 3}]
    assert set(Notice.objects.values_list("template", flat=True)) == {"certificate_issued"}
    assert set(Notice.objects.first().parameters) == {"not_after", "serial_number"}
    ask()
    world.ticks(now=NOON + 60 * DAY)
    assert not Revocation.objects.exists()


def test_what_nobody_answers_lapses_and_is_revoked(world, certified):
    over = NOON + (current().authority.acceptance_days + 1) * DAY
    world.ticks(now=over)
    world.turns(now=over, rounds=30)
    assert counts(certified)["lapsed"] == 3
    assert Revocation.objects.count() == 3
    ask(over + timedelta(hours=1))


def test_its_holder_accepts_it_at_the_portal(world, asha, hers):
    login = asha.login_id
    with at("web"):
        assert hers.reference in [one.reference for one in of_login(login)]
        accept(reference=hers.reference, actor=world.applicant(asha), now=NOON)
    world.turns(rounds=20)
    serial_number = Certificate.objects.get(application_reference=hers.reference).serial_number
    assert CertificatePublication.objects.filter(serial_number=serial_number).exists()
    assert counts(Campaign.objects.get())["accepted"] == 1


def test_its_holder_may_decline_it(world, asha, hers):
    with at("web"):
        reject(reference=hers.reference, reason="name_wrong", actor=world.applicant(asha), now=NOON)
    world.turns(rounds=20)
    assert counts(Campaign.objects.get())["declined"] == 1
    assert Revocation.objects.get().reason == 5


def test_its_holder_suspends_and_revokes_it(world, asha, hers):
    made = Certificate.objects.get(application_reference=hers.reference)
    own = {"issuer_id": made.issuer_id, "serial_number": bytes(made.serial_number)}
    with at("web"):
        suspend_by_subscriber(**own, actor=world.applicant(asha), now=NOON)
        revoke_by_subscriber(
            **own, reason=CRLReason.KEY_COMPROMISE, actor=world.applicant(asha), now=NOON + DAY
        )
    assert Revocation.objects.count() == 1


def test_nobody_elses_is_hers(world, asha, hers):
    (others,) = Application.objects.filter(reference__startswith="CP").exclude(record_id=asha.record_id)
    with refused(NotTheApplicant), at("web"):
        accept(reference=others.reference, actor=world.applicant(asha), now=NOON)
    with at("web"):
        assert others.reference not in [one.reference for one in of_login(asha.login_id)]


def test_an_application_that_was_not_seen_at_a_counter_gives_nothing(world, asha, hers):
    """Whoever only says that a record is hers has no certificate of it."""
    Application.objects.filter(pk=asha.pk).update(state="submitted")
    with refused(NotTheApplicant), at("web"):
        accept(reference=hers.reference, actor=world.applicant(asha), now=NOON)


def test_an_application_whose_applicant_nobody_saw_gives_nothing(world, asha, hers):
    """A type may ask for no sighting: then whoever is approved may have named anybody's record."""
    with connection.cursor() as cursor:
        cursor.execute("alter table verification_evidence disable trigger user")
        cursor.execute("delete from verification_evidence where kind = 'identity_sighted'")
        cursor.execute("alter table verification_evidence enable trigger user")
    with refused(NotTheApplicant), at("web"):
        accept(reference=hers.reference, actor=world.applicant(asha), now=NOON)
    with at("operator"):
        assert with_login([asha.record_id]) == 0


def test_staff_are_nobodys_holder(world, hers):
    with refused(NotTheApplicant), at("web"):
        accept(reference=hers.reference, actor=world.bikram, now=NOON)


def two_chunks(drive, monkeypatch):
    monkeypatch.setattr(planning, "CHUNK", 2)
    campaign = drive.plans([drive.line(drive.person()) for _ in range(3)])
    drive.approves(campaign)
    drive.starts(campaign)
    return campaign


def test_nothing_is_offered_while_a_chunk_is_to_be_made(world, drive, monkeypatch):
    campaign = two_chunks(drive, monkeypatch)
    drive.works(campaign, 0)
    world.turns()
    assert Certificate.objects.count() == 2
    assert not Offer.objects.exists()
    drive.works(campaign, 1)
    world.turns(rounds=20)
    assert Offer.objects.count() == 3


def test_nothing_is_offered_while_a_chunk_awaits_the_signer(world, drive, monkeypatch):
    campaign = two_chunks(drive, monkeypatch)
    for number in (0, 1):
        drive.works(campaign, number)
    world.signs()  # one chunk a round
    world.hears()
    assert Certificate.objects.count() == 2
    assert not Handover.objects.filter(name="chunk.to_offer").exists()
    world.turns(rounds=20)
    assert Offer.objects.count() == 3


def test_what_was_made_before_a_pause_is_offered(world, drive, monkeypatch):
    campaign = two_chunks(drive, monkeypatch)
    drive.works(campaign, 0)
    world.turns()
    with at("operator"):
        services.pause(reference=campaign.reference, actor=drive.operators()[0], now=NOON)
    world.turns(rounds=20)
    assert Offer.objects.count() == 2


def test_the_clock_offers_what_no_chunk_comes_after(world, drive, monkeypatch):
    """The last chunk came to nothing, and nobody hears of that."""
    campaign = two_chunks(drive, monkeypatch)
    drive.works(campaign, 0)
    world.turns()
    drive.owner.lines.clear()
    drive.works(campaign, 1)
    with at("worker"):
        handlers.go_on(actor=WORKER, now=NOON)
        queued = Handover.objects.filter(name="chunk.to_offer").count()
        offering.queue_offers(campaign.pk, NOON)  # they are in the queue already
    assert Handover.objects.filter(name="chunk.to_offer").count() == queued == 1
    world.turns(rounds=20)
    assert Offer.objects.count() == 2


def test_what_the_signer_still_had_at_a_pause_is_offered_too(world, drive, monkeypatch):
    """The pause asked for the chunk that was there; the other one is recorded while that offer waits."""
    campaign = two_chunks(drive, monkeypatch)
    for number in (0, 1):
        drive.works(campaign, number)
    world.signs()  # one chunk a round
    with at("operator"):
        services.pause(reference=campaign.reference, actor=drive.operators()[0], now=NOON)
    with at("worker"):
        offering.queue_offers(campaign.pk, NOON)
    assert Handover.objects.filter(name="chunk.to_offer", handled_at=None).count() == 1
    world.turns(rounds=20)
    assert Offer.objects.count() == 3


def test_every_hour_paused_and_finished_ones_are_looked_at_too(world, certified):
    """As those that were finished before there were offers."""
    with connection.cursor() as cursor:
        cursor.execute("alter table delivery_offer disable trigger user")
        cursor.execute("delete from delivery_offer")
        cursor.execute("alter table delivery_offer enable trigger user")
    with at("worker"):
        handlers.go_on(actor=WORKER, now=NOON + timedelta(minutes=1))
        assert not Handover.objects.filter(name="chunk.to_offer", handled_at=None).exists()
        handlers.go_on(actor=WORKER, now=NOON)
    assert Handover.objects.filter(name="chunk.to_offer", handled_at=None).count() == 1


def test_of_a_plan_that_says_nothing_of_acceptance_nothing_is_asked_or_taken(world, drive):
    """It was approved before plans said what accepts its certificates: no later pack says it for them."""
    campaign = drive.plans(
        [drive.line(drive.person()) for _ in range(3)], type_code="smart-id", agreement="terms 2"
    )
    drive.approves(campaign)
    drive.starts(campaign)
    drive.works(campaign)
    world.signs()
    with connection.cursor() as cursor:
        cursor.execute("alter table campaigns_campaignterms disable trigger user")
        cursor.execute("delete from campaigns_campaignterms")
        cursor.execute("alter table campaigns_campaignterms enable trigger user")
    world.turns(rounds=30)
    assert (Offer.objects.count(), Answer.objects.count(), Notice.objects.count()) == (3, 0, 0)
    world.ticks(now=NOON + 60 * DAY)
    assert not Answer.objects.exists()


def revokes(number):
    """The authority does, before anybody was asked to accept it."""
    made = Certificate.objects.order_by("application_reference")[number]
    with at("worker"):
        revoke_declined(
            issuer_id=made.issuer_id, serial_number=bytes(made.serial_number), actor=WORKER, now=NOON
        )
    return made


def test_what_is_revoked_before_its_offer_is_not_accepted_published_or_told(world, drive):
    campaign = drive.plans(
        [drive.line(drive.person()) for _ in range(3)], type_code="smart-id", agreement="terms 2"
    )
    drive.approves(campaign)
    drive.starts(campaign)
    drive.works(campaign)
    world.signs()
    gone = revokes(1)
    world.turns(rounds=30)
    assert Offer.objects.count() == 3
    accepted = set(Answer.objects.values_list("application_reference", flat=True))
    published = {bytes(one) for one in CertificatePublication.objects.values_list("serial_number", flat=True)}
    assert (len(accepted), gone.application_reference in accepted) == (2, False)
    assert bytes(gone.serial_number) not in published
    told = Notice.objects.filter(parameters__serial_number=bytes(gone.serial_number).hex())
    assert set(told.values_list("template", flat=True)) == {"certificate_revoked"}


def test_what_is_revoked_before_its_letter_is_not_announced(world, drive):
    campaign = drive.running()
    drive.works(campaign)
    world.signs()
    world.turns(rounds=2)
    with at("worker"):
        chunks.offer_if_due(campaign_id=campaign.pk, number=0, acceptance="offer", actor=WORKER, now=NOON)
    gone = revokes(0)
    world.turns(rounds=30)
    told = Notice.objects.filter(parameters__serial_number=bytes(gone.serial_number).hex())
    assert set(told.values_list("template", flat=True)) == {"certificate_revoked"}
