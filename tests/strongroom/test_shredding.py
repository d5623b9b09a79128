"""What is due is destroyed once an officer of the owner has confirmed it, or by the clock if the policy says so."""

from dataclasses import replace
from datetime import timedelta

import pytest
from certificates_stage import Authority, signature_of
from owners_stage import DEVI, FARAH, officers_are_in
from people import BIKRAM, ERRAND, LATER, WORKER, asha_applies, asked

from chopmark.pki.tlog.proof import check_proof
from chopmark.pki.tlog.statement import parse_statement
from chopmark.strongroom import certificates, clock, purposes, sweep
from chopmark.strongroom.actors import CLOCK, SUBJECT
from chopmark.strongroom.certificates import Trust
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import publishing, signing
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.log.proofs import proof_of
from chopmark.strongroom.models import Leaf, LeafPayload, Opening, Record
from chopmark.strongroom.policy.errors import (
    DueChanged,
    HoldEndsTooSoon,
    NothingDue,
    OwnerOfficerNeeded,
    RecordHeld,
    ShreddingNotConfirmed,
)
from chopmark.strongroom.policy.models import KnownCertificate
from chopmark.strongroom.policy.registers import ShreddingOrder
from chopmark.strongroom.policy.shapes import Shredding
from chopmark.strongroom.services import cases, leave_to_open, openings, retention
from chopmark.strongroom.services.leave_to_open import Signed, SubjectSession

KEPT = purposes.terms().retention.of("personal")
OVER = LATER + KEPT


def applied(reference, at=LATER):
    asha = asha_applies(errand=replace(ERRAND, reference=reference))
    ask = asked(asha.case_id, "name", application=reference)
    openings.open_fields(asked=ask, keys=keyring(), actor=WORKER, now=at)
    cases.close_case(case_id=asha.case_id, actor=WORKER, now=at)
    return asha.record_id


@pytest.fixture
def record_id(strongroom):
    officers_are_in()
    return applied(ERRAND.reference)


def confirm(expected=1, actor=DEVI, now=OVER):
    return retention.confirm_shredding(expected=expected, actor=actor, now=now)


def shred_due(now=OVER, most=None):
    return retention.shred_due(actor=CLOCK, now=now, most=most)


def by_schedule(monkeypatch):
    terms = purposes.terms()
    kept = replace(terms.retention, shredding=Shredding.BY_SCHEDULE)
    monkeypatch.setattr(retention, "terms", lambda: replace(terms, retention=kept))


def test_it_works(record_id):
    assert shred_due() == 0
    with pytest.raises(ShreddingNotConfirmed):
        retention.shred(record_id=record_id, actor=CLOCK, now=OVER)
    assert confirm() == 1
    assert b'"shredding:confirmed"' in bytes(Leaf.objects.get(pk=ShreddingOrder.objects.get().leaf_id).entry)
    assert shred_due() == 1
    assert Record.objects.get().wrapped_key is None
    assert LeafPayload.objects.latest("leaf_id").payload["record"] == str(record_id)
    assert b'"record:shredded"' in bytes(Leaf.objects.latest("id").entry)


def test_the_careful_setting_is_the_one_that_is_not_said():
    assert purposes.terms().retention.shredding is Shredding.CONFIRMED
    import tomllib

    from chopmark.strongroom.options import USUAL_POLICY
    from chopmark.strongroom.policy.reading import read

    data = tomllib.loads(USUAL_POLICY.read_text())
    del data["retention"]["shredding"]
    read_ = read(data, file="purposes.toml", digest=bytes(32))
    assert read_.retention.shredding is Shredding.CONFIRMED


def test_the_clock_does_it_alone_where_the_policy_says_so(record_id, monkeypatch):
    by_schedule(monkeypatch)
    assert shred_due(OVER - timedelta(seconds=1)) == 0
    assert shred_due() == 1


def test_the_sweep_destroys_what_is_due_with_a_leaf_each(record_id, monkeypatch):
    applied("AP261100420")
    confirm(2)
    monkeypatch.setattr(clock, "now", lambda: OVER)
    monkeypatch.setattr(sweep, "close_old_connections", lambda: None)
    before = Leaf.objects.count()
    sweep.sweep()
    assert not Record.objects.filter(shredded_at=None).exists()
    assert Leaf.objects.count() == before + 2
    signing.check()


def test_a_confirmation_is_only_for_what_was_due_then(record_id):
    later = applied("AP261100420", at=LATER + timedelta(days=1))
    confirm()
    tomorrow = OVER + timedelta(days=1)
    assert shred_due(tomorrow) == 1
    assert Record.objects.get(shredded_at=None).pk == later
    confirm(now=tomorrow)
    assert shred_due(tomorrow) == 1


def test_only_the_owner_confirms_and_only_what_she_was_shown(record_id):
    with pytest.raises(OwnerOfficerNeeded):
        confirm(actor=BIKRAM)
    with pytest.raises(DueChanged):
        confirm(2)
    with pytest.raises(NothingDue):
        confirm(now=OVER - timedelta(seconds=1))
    assert not ShreddingOrder.objects.exists()


def test_what_was_held_when_it_was_confirmed_waits_for_the_next_list(record_id):
    other = applied("AP261100420")
    hold = retention.place_hold(record_id=record_id, reason="audit", actor=DEVI, now=LATER)
    confirm(1)
    a_day_later = OVER + timedelta(days=1)
    retention.lift_hold(hold_id=hold, actor=FARAH, now=a_day_later)
    assert shred_due(a_day_later) == 1
    assert Record.objects.get(shredded_at=None).pk == record_id
    assert other != record_id
    with pytest.raises(ShreddingNotConfirmed):
        retention.shred(record_id=record_id, actor=CLOCK, now=a_day_later)
    confirm(now=a_day_later)
    assert shred_due(a_day_later) == 1


def test_a_hold_that_came_since_the_round_began_is_not_passed(record_id):
    confirm()
    a_second_later = OVER + timedelta(seconds=1)
    retention.place_hold(record_id=record_id, reason="audit", actor=DEVI, now=a_second_later)
    with pytest.raises(RecordHeld):
        retention.shred(record_id=record_id, actor=CLOCK, now=OVER)
    assert shred_due(OVER) == 0


def test_what_was_held_after_it_was_confirmed_waits_too(record_id):
    confirm()
    later = OVER + timedelta(days=1)
    hold = retention.place_hold(record_id=record_id, reason="audit", actor=DEVI, now=OVER)
    retention.lift_hold(hold_id=hold, actor=FARAH, now=later)
    assert shred_due(later) == 0
    (order,) = retention.orders()
    assert retention.left_of(order, later) == 0
    confirm(now=later)
    assert shred_due(later) == 1


def test_a_hold_ends_by_itself_on_its_day(record_id, monkeypatch):
    by_schedule(monkeypatch)
    until = OVER + timedelta(days=30)
    retention.place_hold(record_id=record_id, reason="audit", until=until, actor=DEVI, now=LATER)
    assert shred_due(until - timedelta(seconds=1)) == 0
    assert retention.holds(OVER).count() == 1
    assert shred_due(until) == 1
    assert retention.holds(until).count() == 0
    with pytest.raises(HoldEndsTooSoon):
        retention.place_hold(
            record_id=applied("AP261100420"), reason="audit", until=LATER, actor=DEVI, now=LATER
        )


def test_many_are_done_in_rounds_and_the_page_can_say_how_far(record_id):
    for number in range(4):
        applied(f"AP26110050{number}")
    confirm(5)
    (order,) = retention.orders()
    assert shred_due(most=2) == 2
    assert retention.left_of(order, OVER) == 3
    assert shred_due() == 3
    assert retention.left_of(order, OVER) == 0


def test_a_shredded_subjects_leaves_and_certificate_stay_verifiable(record_id, tmp_path):
    # 1. Her certificate is known here, and her opening is under a signed checkpoint.
    authority = Authority.make(LATER)
    hers, trust = authority.issue(), Trust(issuers=(authority.certificate_der,), lists=(authority.crl(),))
    session = SubjectSession(record_id=record_id, signed_in_at=LATER)
    challenge_id, text = leave_to_open.make_challenge_to_be_known(
        session=session, keys=keyring(), actor=SUBJECT, now=LATER
    )
    signed = Signed(
        challenge_id=challenge_id,
        certificate_der=hers.certificate_der,
        signature=signature_of(text, hers.key),
    )
    leave_to_open.make_certificate_known(
        session=session, signed=signed, trust=trust, actor=SUBJECT, now=LATER
    )
    publishing.publish_once(tmp_path / "log", LATER)
    line = Opening.objects.get(record=record_id).leaf_id
    before = proof_of(line)

    # 2. The record goes.
    confirm()
    shred_due()
    publishing.publish_once(tmp_path / "log", OVER)

    # 3. The proof of old, a new one of the same line, and one of the shredding; the certificate is good as before.
    for proof in (before, proof_of(line), proof_of(Leaf.objects.latest("id").pk)):
        check_proof(proof, parse_statement(proof.extra).entry, key=own_key())
    signing.check()
    facts = certificates.require_good(hers.certificate_der, trust=trust, now=LATER)
    assert KnownCertificate.objects.get(record=record_id).fingerprint == facts.fingerprint_sha256
