"""No contact data leave without an approved service and her own yes to just that; a withdrawal holds at once."""

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connections
from people import ASHA, LATER, WORKER, asha_applies
from services_stage import POLICY, agreed

from chopmark.strongroom import purposes
from chopmark.strongroom.actors import SUBJECT
from chopmark.strongroom.errors import RecordLimitReached
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.leaves import promise
from chopmark.strongroom.models import LeafPayload, Opening
from chopmark.strongroom.policy.errors import (
    ConsentNotInWriting,
    NotChosen,
    RecordUnknown,
    ServiceNotApproved,
    SubjectNotSignedIn,
    TextNotShown,
)
from chopmark.strongroom.policy.models import Choice
from chopmark.strongroom.services import cases, choices, consent_texts, openings
from chopmark.strongroom.services.choices import Use
from chopmark.strongroom.services.leave_to_open import SubjectSession

OFFERS = Use(service="club", purpose="offers", channel="email")
PARTNERS = Use(service="partners", purpose="partner_offers", channel="email")
KNOWN = (OFFERS, PARTNERS)
OVER = datetime(2027, 11, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _approved(monkeypatch, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(POLICY)
    monkeypatch.setenv("STRONGROOM_POLICY", str(file))
    purposes.terms.cache_clear()
    yield
    purposes.terms.cache_clear()


@pytest.fixture
def record_id(strongroom):
    return asha_applies().record_id


def session(record_id, at):
    return SubjectSession(record_id=record_id, signed_in_at=at)


def allow(record_id, use=OFFERS, now=LATER, **changes):
    usual = {"session": session(record_id, now), "use": use, "actor": SUBJECT}
    read = changes.pop("agreed", None) or agreed(use if use in KNOWN else OFFERS)
    choices.allow(**usual | changes, agreed=read, keys=keyring(), now=now)


def withdraw(record_id, use=OFFERS, now=LATER):
    choices.withdraw(session=session(record_id, now), use=use, actor=SUBJECT, now=now)


def release(record_id, use=OFFERS, now=LATER):
    return choices.release(record_id=record_id, use=use, keys=keyring(), actor=WORKER, now=now)


def test_it_works(record_id):
    allow(record_id)
    assert release(record_id) == {"email": ASHA.email}
    opening = Opening.objects.get()
    assert (opening.purpose, opening.fields, opening.case.kind) == ("offers", ["email"], "choice")
    assert LeafPayload.objects.get(leaf_id=opening.leaf_id).payload["record"] == str(record_id)


def test_without_her_word_the_answer_is_no_and_she_can_read_it(record_id):
    with pytest.raises(NotChosen):
        release(record_id)
    line = Opening.objects.get()
    assert (line.refused, line.record_id, line.case_id) == ("not_chosen", record_id, None)


OTHER = [
    replace(OFFERS, channel="phone"),
    replace(OFFERS, purpose="reminders"),
]


@pytest.mark.parametrize("use", OTHER, ids=["channel", "purpose"])
def test_yes_to_one_thing_is_no_to_another(record_id, use):
    allow(record_id)
    with pytest.raises(NotChosen):
        release(record_id, use)


NOT_APPROVED = [
    replace(OFFERS, service="pub"),
    replace(OFFERS, purpose="renewal"),
    replace(OFFERS, channel="post"),
]


@pytest.mark.parametrize("use", NOT_APPROVED, ids=["service", "purpose", "channel"])
def test_what_the_owner_did_not_approve_is_neither_chosen_nor_released(record_id, use):
    with pytest.raises(ServiceNotApproved):
        allow(record_id, use)
    with pytest.raises(ServiceNotApproved):
        release(record_id, use)
    assert not Choice.objects.exists()


def test_a_service_is_approved_until_its_day(record_id):
    allow(record_id)
    with pytest.raises(ServiceNotApproved):
        release(record_id, now=OVER)
    # She may still take it back.
    withdraw(record_id, now=OVER)


def test_a_withdrawal_holds_at_once_and_may_be_changed_again(record_id):
    allow(record_id)
    withdraw(record_id)
    withdraw(record_id)
    with pytest.raises(NotChosen):
        release(record_id)
    allow(record_id)
    assert release(record_id)
    assert list(Choice.objects.order_by("id").values_list("allowed", flat=True)) == [True, False, True]


def test_only_she_says_so_signed_in_a_short_while_ago(record_id):
    old = session(record_id, LATER - timedelta(hours=1))
    with pytest.raises(SubjectNotSignedIn):
        allow(record_id, session=old)
    with pytest.raises(SubjectNotSignedIn):
        allow(record_id, actor=WORKER)
    with pytest.raises(NotChosen):
        withdraw(record_id)


def test_nobody_has_no_contact_data(strongroom):
    with pytest.raises(RecordUnknown):
        release(uuid4())


def test_a_release_is_bounded_like_any_opening(record_id, monkeypatch):
    allow(record_id)
    terms = purposes.terms()
    tight = replace(terms.limits, openings_per_record_in_a_day=1)
    monkeypatch.setattr(openings, "terms", lambda: replace(terms, limits=tight))
    release(record_id)
    with pytest.raises(RecordLimitReached):
        release(record_id)
    assert Opening.objects.filter(refused="record_limit_reached").count() == 1


def test_what_she_may_choose_begins_with_no(record_id):
    before = choices.standings(record_id, now=LATER)
    assert len(before) == 5
    assert not any(standing.is_allowed for standing in before)
    allow(record_id)
    after = {standing.use: standing for standing in choices.standings(record_id, now=LATER)}
    assert [use for use, standing in after.items() if standing.is_allowed] == [OFFERS]
    assert after[OFFERS].since == LATER


def test_a_choice_whose_case_the_door_closed_is_shown_as_no_and_may_be_given_again(record_id):
    allow(record_id)
    cases.close_case(case_id=Choice.objects.get().case_id, actor=WORKER, now=LATER)
    assert not any(standing.is_allowed for standing in choices.standings(record_id, now=LATER))
    with pytest.raises(NotChosen):
        release(record_id)
    allow(record_id)
    assert release(record_id)


def test_what_she_read_is_kept_beside_her_yes_and_the_leaf_speaks_of_it(record_id):
    allow(record_id, agreed=agreed(OFFERS, language="zh-hant"))
    kept = Choice.objects.get()
    assert bytes(kept.text_digest) == agreed(OFFERS, language="zh-hant").digest
    assert (kept.text_version, kept.language, kept.in_writing) == ("2026-11", "zh-hant", False)
    said = LeafPayload.objects.get(payload__service="club").payload
    assert said["text"] == bytes(kept.text_digest).hex()
    assert said["rows"] == [promise(kept)]
    withdraw(record_id)
    assert Choice.objects.latest("id").text_digest is None


def test_the_text_says_all_that_part_6a_demands():
    service = purposes.terms().services["partners"]
    text = consent_texts.text_of(service, purpose="partner_offers", channel="email", language="en").decode()
    for word in ("Your e-mail address", "Insurance", "for_gain", "Insurers in Hong Kong", "free of charge"):
        assert word in text


def test_a_yes_to_another_text_is_none(record_id):
    for wrong in (
        replace(agreed(OFFERS), digest=bytes(32)),
        replace(agreed(OFFERS), language="zh-hant"),
        replace(agreed(OFFERS), language="tlh"),
    ):
        with pytest.raises(TextNotShown):
            allow(record_id, agreed=wrong)
    assert not Choice.objects.exists()


def test_what_is_handed_on_wants_her_consent_in_writing(record_id):
    with pytest.raises(ConsentNotInWriting):
        allow(record_id, PARTNERS)
    with pytest.raises(NotChosen):
        release(record_id, PARTNERS)
    allow(record_id, PARTNERS, agreed=agreed(PARTNERS, in_writing=True))
    assert Choice.objects.get().in_writing
    assert release(record_id, PARTNERS) == {"email": ASHA.email}


def test_a_service_that_does_something_else_asks_her_again(record_id, monkeypatch):
    allow(record_id)
    terms = purposes.terms()
    club = terms.services["club"]
    wider = replace(club.notice, data=replace(club.notice.data, en="Your e-mail address and your age"))
    services = {**terms.services, "club": replace(club, notice=wider)}
    monkeypatch.setattr(choices, "terms", lambda: replace(terms, services=services))
    with pytest.raises(NotChosen):
        release(record_id)
    assert not any(one.is_allowed for one in choices.standings(record_id, now=LATER))


@pytest.mark.django_db(transaction=True)
def test_a_withdrawal_that_has_returned_is_never_followed_by_a_release():
    record_id = asha_applies().record_id
    for _ in range(5):
        allow(record_id)
        returned = threading.Event()
        start = threading.Barrier(4)
        late, answered = [], []

        def ask(start=start, returned=returned, late=late, answered=answered):
            start.wait()
            for _ in range(8):
                is_after = returned.is_set()
                try:
                    release(record_id)
                    late.extend([1] if is_after else [])
                except NotChosen:
                    pass
                answered.append(1)
            connections.close_all()

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        start.wait()
        withdraw(record_id)
        returned.set()
        for thread in threads:
            thread.join()
        assert (late, len(answered)) == ([], 24)
        with pytest.raises(NotChosen):
            release(record_id)
