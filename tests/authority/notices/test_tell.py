"""A subscriber is told once of each thing, in the transaction of that thing; how it stands is asked until it has ended."""

from datetime import timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.db import DatabaseError, connection, transaction

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.kernel import outbox
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.notices import handlers, services
from chopmark.authority.notices.events import NoticeAsked
from chopmark.authority.notices.models import Notice, Standing
from chopmark.authority.notices.policy import FIRST_WAIT, LONGEST_WAIT, Template, wait
from chopmark.authority.notices.selectors import counted_by_month, told_of
from chopmark.authority.pipeline import ROUTES
from chopmark.authority.revocation import handlers as revocation
from chopmark.authority.revocation.events import CertificateRevoked
from chopmark.strongroom.client import Delivered
from world import NOON, PERSONAL, WORKER, at, last_leaf, last_payload, leaves

SERIAL = b"\x5e\x0c\x91\xd7"
REFERENCE = "AP261100419"


def tell(serial=SERIAL, now=NOON, template=Template.CERTIFICATE_REVOKED):
    with at("worker"):
        services.tell(
            template=template,
            certificate=CertificateId(1, serial),
            application=REFERENCE,
            record_id=uuid4(),
            parameters={"serial_number": serial.hex(), "revoked_on": "2026-11-16"},
            actor=WORKER,
            now=now,
        )
    return Notice.objects.latest("pk").reference


def hears(now=NOON):
    with at("worker"):
        return outbox.drain(ROUTES, now=now)


def clock_asks(now):
    with at("worker"):
        services.ask_again(actor=WORKER, now=now)
    return hears(now)


def state():
    return Standing.objects.get().state


def test_it_works(stage, door):
    reference = tell()
    assert hears() == 1
    (asked,) = door.asked
    assert asked["reference"] == reference
    assert asked["parameters"] == {"serial_number": "5e0c91d7", "revoked_on": "2026-11-16"}
    assert state() == "queued"

    door.sent(NOON + timedelta(minutes=3))
    assert clock_asks(NOON + FIRST_WAIT) == 1
    (told,) = told_of(REFERENCE)
    assert (told.state, told.channel, told.ended_at) == ("sent", "email", NOON + timedelta(minutes=3))
    assert last_payload() == {"notice": reference, "state": "sent", "channel": "email", "why": ""}
    # It has ended: nobody asks again.
    assert clock_asks(NOON + timedelta(days=9)) == 0
    assert len(door.asked) == 2


def test_the_same_news_is_told_once(stage, door):
    tell()
    tell()
    hears()
    hears()
    assert (Notice.objects.count(), len(door.asked)) == (1, 1)


def test_it_failed(stage, door):
    tell()
    door.fails = True
    hears()
    assert (state(), door.has) == ("asked", {})
    door.fails = False
    assert clock_asks(NOON + FIRST_WAIT - timedelta(seconds=1)) == 0
    assert clock_asks(NOON + FIRST_WAIT) == 1
    assert (state(), len(door.has)) == ("queued", 1)


def test_it_failed_but_happened(stage, door):
    tell()
    door.loses = True
    hears()
    assert (state(), len(door.has)) == ("asked", 1)
    door.loses = False
    clock_asks(NOON + FIRST_WAIT)
    # The strongroom has it once, however often it was asked.
    assert (state(), len(door.has)) == ("queued", 1)


def test_heard_twice_it_is_answered_once(stage, door):
    reference = tell()
    door.sent(NOON)
    with at("worker"):
        for _ in range(2):
            handlers.deliver_asked([NoticeAsked(reference)], NOON)
    assert len(door.asked) == 1
    assert [leaf["tag"] for leaf in leaves()][-1] == "notice:ended"


@pytest.mark.parametrize("why", ["notice_not_allowed", "record_shredded", "notice_unknown"])
def test_a_refusal_is_for_ever_and_can_be_read(stage, door, why):
    tell()
    door.refuses = why
    hears()
    standing = Standing.objects.get()
    assert (standing.state, standing.why) == ("refused", why)
    assert clock_asks(NOON + timedelta(days=9)) == 0


def test_a_refusal_that_passes_is_not(stage, door):
    tell()
    door.refuses = "record_limit_reached"
    hears()
    assert state() == "asked"
    door.refuses = ""
    clock_asks(NOON + FIRST_WAIT)
    assert state() == "queued"


@pytest.mark.parametrize("why", ["purpose_limit_reached", "caller_limit_reached", "total_limit_reached"])
def test_when_the_hour_is_used_up_all_rest_for_one(stage, door, why):
    """One refusal in the owner's log, and none for each of a million letters."""
    door.refuses = why
    for number in range(3):
        tell(serial=SERIAL + bytes([number]))
    hears()
    clock_asks(NOON + timedelta(minutes=30))
    tell(serial=SERIAL + b"\x03")
    hears(NOON + timedelta(minutes=59))
    assert len(door.asked) == 1
    assert set(Standing.objects.values_list("ask_at", flat=True)) == {NOON + timedelta(hours=1)}

    door.refuses = ""
    clock_asks(NOON + timedelta(hours=1))
    assert set(Standing.objects.values_list("state", "why")) == {("queued", "")}


def test_what_is_queued_already_is_asked_about_while_others_rest(stage, door):
    tell()
    hears()
    door.refuses = "purpose_limit_reached"
    tell(serial=SERIAL + b"\x01")
    hears()
    door.refuses = ""
    door.sent(NOON)
    clock_asks(NOON + FIRST_WAIT)
    assert sorted(Standing.objects.values_list("state", flat=True)) == ["asked", "sent"]


def test_one_that_the_strongroom_gave_up_has_ended(stage, door):
    tell()
    door.stands = Delivered(state="given_up", channel="", ended_at=NOON)
    hears()
    assert (state(), Standing.objects.get().channel) == ("given_up", "")


def test_it_is_asked_ever_more_slowly_up_to_an_hour(stage, door):
    waits = [wait(asks) for asks in range(12)]
    assert waits == sorted(waits)
    assert (waits[0], waits[-1]) == (FIRST_WAIT, LONGEST_WAIT)


def test_two_clocks_ask_once(stage, door):
    tell()
    hears()
    with at("worker"):
        for _ in range(2):
            services.ask_again(actor=WORKER, now=NOON + FIRST_WAIT)
    hears(NOON + FIRST_WAIT)
    assert len(door.asked) == 2


def test_the_strongroom_is_never_asked_inside_a_transaction_of_ours(stage, door, monkeypatch):
    tell()
    depth = len(transaction.get_connection().savepoint_ids)
    seen = []
    deliver = type(door).deliver

    def noting(door, **wanted):
        seen.append(len(transaction.get_connection().savepoint_ids))
        return deliver(door, **wanted)

    monkeypatch.setattr(type(door), "deliver", noting)
    hears()
    clock_asks(NOON + FIRST_WAIT)
    assert seen == [depth, depth]


def test_what_was_asked_is_never_changed(stage, door):
    tell()
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute("update notices_notice set template = 'x'")


def test_notices_are_counted_by_month_and_channel(stage, door):
    for number in range(3):
        tell(bytes([number + 1]))
    door.sent(NOON)
    hears()
    tell(b"\x09")
    # Midnight has passed in Hong Kong: it is December there.
    door.sent(NOON.replace(day=30, hour=16, minute=30), channel="letter")
    hears()
    counted = counted_by_month(zone=ZoneInfo("Asia/Hong_Kong"))
    assert [(one.month.month, one.state, one.channel, one.count) for one in counted] == [
        (11, "sent", "email", 3),
        (12, "sent", "letter", 1),
    ]


def test_no_person_is_in_the_open_part_of_a_leaf(stage, door):
    tell()
    assert last_leaf().keys() <= {"v", "tag", "at", "commitment"}


# From the steps of a certificate's life.
def test_an_offer_tells_its_applicant(world):
    certificate = world.issued()
    application = by_reference(certificate.application_reference)
    notice = Notice.objects.get()
    assert (notice.template, notice.record_id) == ("certificate_ready", application.record_id)
    assert notice.parameters == {
        "answer_by": "2026-12-15",
        "application": application.reference,
        "serial_number": bytes(certificate.serial_number).hex(),
    }
    assert not any(word in str(Notice.objects.values().get()) for word in PERSONAL)


def test_a_revocation_tells_its_subscriber(world):
    certificate = world.issued()
    world.revokes(certificate)
    world.turns()
    notice = Notice.objects.get(template="certificate_revoked")
    serial = bytes(certificate.serial_number).hex()
    assert notice.parameters == {"revoked_on": "2026-11-16", "serial_number": serial}


def test_a_serial_that_was_never_given_to_anybody_tells_nobody(stage):
    revocation.tell_revoked([CertificateRevoked(1, "40" + "00" * 15, 0)], NOON)
    assert not Notice.objects.exists()
