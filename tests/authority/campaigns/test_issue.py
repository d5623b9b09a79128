"""A population issue from the file to the certificates."""

from chopmark.authority.applications.models import Application
from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.campaigns import handlers, pacing
from chopmark.authority.issuance.models import Certificate, IntendedChunk
from chopmark.authority.participants.models import Subscriber
from chopmark.pki.certificates import read_certificate
from chopmark.pki.names import read_name
from oracle import ask
from world import A_SECOND, NOON, WORKER, at, leaves


def test_it_works(world, drive):
    people = [drive.person(name=name) for name in ("CHAN Tai Man", "WONG Siu Ming", "LEE Ka Yan")]
    campaign = drive.plans([drive.line(record) for record in people])
    drive.approves(campaign)
    drive.starts(campaign)

    assert drive.works(campaign)
    assert world.signs() >= 3

    subjects = [
        read_name(read_certificate(bytes(one.certificate_der)).subject_der)
        for one in Certificate.objects.order_by("application_reference")
    ]
    assert [name.values("CN") for name in subjects] == [
        ("CHAN Tai Man",),
        ("WONG Siu Ming",),
        ("LEE Ka Yan",),
    ]
    assert sorted(one.srn for one in Subscriber.objects.filter(record_id__in=people)) == sorted(
        name.values("OU")[0] for name in subjects
    )
    assert Application.objects.filter(state=ApplicationState.APPROVED).count() == 3
    issued = [leaf for leaf in leaves() if leaf["tag"] == "certificate:issued"]
    assert sorted(leaf["public"]["fingerprint_sha256"] for leaf in issued) == sorted(
        bytes(one.fingerprint_sha256).hex() for one in Certificate.objects.all()
    )


def test_all_is_in_order_afterwards(world, drive):
    campaign = drive.running(5)
    drive.works(campaign)
    world.turns()
    with at("worker"):
        handlers.go_on(actor=WORKER, now=NOON)

    assert drive.report(campaign).state == "finished"
    assert (drive.report(campaign).issued, drive.report(campaign).pending) == (5, 0)
    world.turns()
    ask()


def test_its_pace_is_told_by_when_its_certificates_were_recorded(world, drive):
    campaign = drive.running(6)
    drive.works(campaign)

    def pace(now, pending=0):
        with at("web"):
            return pacing.pace(campaign, pending=pending, now=now)

    assert pace(NOON + 60 * A_SECOND, pending=6).per_second is None
    world.signs()
    recorded = Certificate.objects.latest("recorded_at").recorded_at
    a_minute_later = recorded + 60 * A_SECOND

    found = pace(a_minute_later, pending=12)
    assert found.done_lately == 6
    assert found.per_second == round(6 / found.over_seconds, 1)
    assert found.seconds_left == round(12 * found.over_seconds / 6)
    assert found.double == 0
    # An hour on, nothing came for a while: nobody can say how long the rest takes.
    assert pace(a_minute_later + 3600 * A_SECOND, pending=12).seconds_left is None


def test_a_chunk_is_done_once(world, drive):
    campaign = drive.running()
    assert drive.works(campaign)
    assert not drive.works(campaign)
    world.signs()
    assert not drive.works(campaign)
    assert world.signs() == 0 or Certificate.objects.count() == 3
    assert IntendedChunk.objects.count() == 1
    assert drive.owner.calls == 1
