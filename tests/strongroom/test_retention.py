"""A record is kept as long as the policy says, longer while the owner holds it, and then nobody can read it."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections
from owners_stage import DEVI, officers_are_in
from people import BIKRAM, ERRAND, LATER, NOW, WORKER, asha_applies, asked

from chopmark.strongroom import purposes
from chopmark.strongroom.actors import CLOCK, SUBJECT
from chopmark.strongroom.errors import RecordShredded
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import signing
from chopmark.strongroom.models import Case, LeafPayload, Record
from chopmark.strongroom.policy.errors import (
    HoldReasonUnknown,
    HoldUnknown,
    OwnerOfficerNeeded,
    RecordHeld,
    RetentionNotOver,
)
from chopmark.strongroom.policy.shapes import Shredding
from chopmark.strongroom.services import cases, leave_to_open, openings, retention, subject
from chopmark.strongroom.services.leave_to_open import SubjectSession

pytestmark = pytest.mark.usefixtures("by_schedule")
KEPT = purposes.terms().retention.of("personal")
OVER = LATER + KEPT


def applied(reference=ERRAND.reference):
    asha = asha_applies(errand=replace(ERRAND, reference=reference))
    ask = asked(asha.case_id, "name", application=reference)
    openings.open_fields(asked=ask, keys=keyring(), actor=WORKER, now=LATER)
    cases.close_case(case_id=asha.case_id, actor=WORKER, now=LATER)
    return asha.record_id


@pytest.fixture
def by_schedule(monkeypatch):
    """The clock destroys what is due; that somebody confirms it first is `test_shredding.py`."""
    terms = purposes.terms()
    kept = replace(terms.retention, shredding=Shredding.BY_SCHEDULE)
    monkeypatch.setattr(retention, "terms", lambda: replace(terms, retention=kept))


@pytest.fixture
def record_id(strongroom):
    officers_are_in()
    return applied()


def due(now=OVER):
    return [(each.record_id, each.is_held) for each in retention.due(now=now)]


def shred(record_id, now=OVER):
    retention.shred(record_id=record_id, actor=CLOCK, now=now)


def hold(record_id, reason="litigation", actor=DEVI, now=LATER):
    return retention.place_hold(record_id=record_id, reason=reason, actor=actor, now=now)


def test_it_works(record_id):
    assert due(OVER - timedelta(seconds=1)) == []
    assert due() == [(record_id, False)]
    assert retention.shred_due(actor=CLOCK, now=OVER) == 1
    assert Record.objects.get().wrapped_key is None
    assert LeafPayload.objects.latest("leaf_id").payload["record"] == str(record_id)
    assert due() == []


def test_her_history_and_the_log_outlive_the_record(record_id):
    shred(record_id)
    (line,) = subject.history(record_id, now=OVER)
    assert (line.purpose, line.fields, line.case.application_reference) == (
        "certificate",
        ["name"],
        ERRAND.reference,
    )
    signing.check()


def test_nothing_is_shredded_before_its_time(record_id):
    with pytest.raises(RetentionNotOver):
        shred(record_id, now=OVER - timedelta(seconds=1))
    assert retention.shred_due(actor=CLOCK, now=OVER - timedelta(seconds=1)) == 0


def test_a_case_that_was_opened_since_counts(record_id):
    now = OVER - timedelta(hours=1)
    leave_to_open.open_case_by_subject(
        session=SubjectSession(record_id=record_id, signed_in_at=now),
        purpose="renewal",
        keys=keyring(),
        actor=SUBJECT,
        now=now,
    )
    with pytest.raises(RetentionNotOver):
        shred(record_id)
    closes_at = Case.objects.get(kind="subject").closes_at
    assert due(closes_at + KEPT) == [(record_id, False)]


def test_each_type_has_its_own_time(record_id, monkeypatch):
    terms = purposes.terms()
    short = replace(retention.terms().retention, kept_for={"personal": timedelta(days=1)})
    monkeypatch.setattr(retention, "terms", lambda: replace(terms, retention=short))
    assert due(LATER + timedelta(days=1)) == [(record_id, False)]


def test_a_held_record_is_not_shredded(record_id):
    number = hold(record_id)
    assert due() == [(record_id, True)]
    with pytest.raises(RecordHeld):
        shred(record_id)
    assert retention.shred_due(actor=CLOCK, now=OVER) == 0
    retention.lift_hold(hold_id=number, actor=DEVI, now=OVER)
    shred(record_id)
    with pytest.raises(RecordShredded):
        shred(record_id)


def test_every_hold_must_be_lifted(record_id):
    first, _second = hold(record_id), hold(record_id, reason="audit")
    retention.lift_hold(hold_id=first, actor=DEVI, now=OVER)
    with pytest.raises(HoldUnknown):
        retention.lift_hold(hold_id=first, actor=DEVI, now=OVER)
    with pytest.raises(RecordHeld):
        shred(record_id)


def test_a_hold_is_the_owners_and_for_a_reason(record_id):
    with pytest.raises(OwnerOfficerNeeded):
        hold(record_id, actor=BIKRAM)
    with pytest.raises(HoldReasonUnknown):
        hold(record_id, reason="curiosity")


def test_an_unconfirmed_application_that_is_held_expires_with_its_record_kept(strongroom):
    officers_are_in()
    record_id = asha_applies().record_id
    hold(record_id)
    later = NOW + purposes.terms().case.unconfirmed_for
    assert cases.expire_unconfirmed(actor=CLOCK, now=later) == 0
    assert Case.objects.get().closed_at == later
    assert Record.objects.get().shredded_at is None


@pytest.mark.django_db(transaction=True)
def test_a_hold_that_has_returned_is_never_passed():
    officers_are_in()
    record_ids = [applied(f"AP26110050{number}") for number in range(6)]
    start = threading.Barrier(2)
    held = []

    def hold_each():
        start.wait()
        for record_id in reversed(record_ids):
            try:
                hold(record_id, now=OVER)
                held.append(record_id)
            except RecordShredded:
                continue
        connections.close_all()

    thread = threading.Thread(target=hold_each)
    thread.start()
    start.wait()
    shredded = retention.shred_due(actor=CLOCK, now=OVER)
    thread.join()
    assert shredded + len(held) == len(record_ids)
    assert not Record.objects.filter(pk__in=held, shredded_at__isnull=False).exists()
