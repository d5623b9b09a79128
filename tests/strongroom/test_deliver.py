"""A subject is written to by the strongroom itself, under leave that it checks, written down first; no address leaves."""

import json
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from notices_stage import READY, REVOKED, SOON, asha_came_home, certificate_is_made, deliver, mail, round_
from people import ASHA, ERRAND, ESHA, LATER, NOW, WORKER, asha_applies, asked

from chopmark.strongroom import purposes
from chopmark.strongroom.errors import (
    CaseClosed,
    CaseExpired,
    CaseUnknown,
    PurposeNotOfCase,
    RecordLimitReached,
    RecordShredded,
)
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Case, Leaf, LeafPayload, Opening, Record
from chopmark.strongroom.notices.errors import (
    NoticeNotAllowed,
    NoticeParametersWrong,
    NoticeReferenceTaken,
    NoticeUnknown,
    PurposeOnlyDelivers,
)
from chopmark.strongroom.notices.models import Notice, Sending
from chopmark.strongroom.policy.errors import AskerStopped, RecordUnknown
from chopmark.strongroom.policy.models import Suspension
from chopmark.strongroom.services import cases, notices, openings

pytestmark = pytest.mark.usefixtures("strongroom")


@pytest.fixture
def post(settings):
    with mail(settings) as has:
        has.clear()
        yield has


@pytest.fixture
def asha():
    return asha_came_home()


@pytest.fixture
def holder(asha):
    certificate_is_made(asha)
    return asha


def test_it_works(holder, post):
    asked_for = deliver(holder)
    assert (asked_for.state, asked_for.channel) == ("queued", "")
    opening = Opening.objects.get()
    assert (opening.purpose, opening.case.kind, opening.refused) == ("notice", "notices", "")
    assert opening.at == LATER
    assert not post

    assert round_() == 1
    (message,) = post
    assert message.to == [ASHA.email]
    assert message.extra_headers["Message-ID"].startswith("<N1-revoked@")
    assert "5E0C 91D7" in message.body
    again = deliver(holder, now=SOON)
    assert (again.state, again.channel, again.ended_at) == ("sent", "email", SOON)


def test_asked_again_it_is_the_same_notice(holder, post):
    deliver(holder)
    deliver(holder)
    round_()
    deliver(holder)
    assert round_(SOON + timedelta(days=1)) == 0
    assert (len(post), Notice.objects.count(), Opening.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize(
    "other",
    [
        {"template": "certificate_ready", "parameters": READY},
        {"parameters": REVOKED | {"serial_number": "01"}},
    ],
)
def test_a_reference_is_one_notice_only(holder, other):
    deliver(holder)
    with pytest.raises(NoticeReferenceTaken):
        deliver(holder, **other)


def test_a_reference_of_anothers_is_refused_and_shows_nothing(holder):
    deliver(holder)
    esha = asha_came_home(particulars=ESHA, reference="AP261100420")
    with pytest.raises(NoticeReferenceTaken):
        deliver(esha)


def test_before_the_certificate_is_made_the_applications_case_lets_us_write(asha):
    deliver(asha, reference="N1-ready", template="certificate_ready", parameters=READY)
    assert Opening.objects.get().case.kind == "application"


def test_nobody_whose_application_did_not_come_home_is_written_to():
    stranger = asha_applies()
    with pytest.raises(NoticeNotAllowed):
        deliver(stranger)
    with pytest.raises(NoticeNotAllowed):
        notices.open_case_for_notices(case_id=stranger.case_id, keys=keyring(), actor=WORKER, now=LATER)


def test_a_case_that_was_given_back_lets_nobody_write_and_she_can_read_it(asha):
    cases.close_case(case_id=asha.case_id, actor=WORKER, now=LATER)
    with pytest.raises(NoticeNotAllowed):
        deliver(asha)
    line = Opening.objects.get()
    assert (line.refused, line.record_id, line.fields) == ("notice_not_allowed", asha.record_id, [])
    assert not Notice.objects.exists()
    with pytest.raises(CaseClosed):
        certificate_is_made(asha)


def test_who_keeps_notices_gives_the_rest_back(holder):
    with pytest.raises(CaseClosed):
        openings.open_fields(asked=asked(holder.case_id, "name"), keys=keyring(), actor=WORKER, now=LATER)


def test_a_case_for_notices_shows_nothing_at_any_door(holder):
    standing = Case.objects.get(kind="notices")
    for purpose, refusal in (("certificate", PurposeNotOfCase), ("notice", PurposeOnlyDelivers)):
        ask = replace(asked(standing.pk, "email", purpose=purpose), application=None)
        with pytest.raises(refusal):
            openings.open_fields(asked=ask, keys=keyring(), actor=WORKER, now=LATER)


def test_nor_does_an_applications(asha):
    with pytest.raises(PurposeOnlyDelivers):
        openings.open_fields(
            asked=asked(asha.case_id, "email", purpose="notice"), keys=keyring(), actor=WORKER, now=LATER
        )


def test_it_is_kept_once_however_often_it_is_said(holder):
    certificate_is_made(holder, now=SOON)
    assert Case.objects.filter(kind="notices").count() == 1


def test_a_case_that_ran_out_or_is_another_kinds_gives_none(asha, holder):
    with pytest.raises(CaseUnknown):
        notices.open_case_for_notices(case_id=uuid4(), keys=keyring(), actor=WORKER, now=LATER)
    standing = Case.objects.get(kind="notices").pk
    with pytest.raises(CaseUnknown):
        notices.open_case_for_notices(case_id=standing, keys=keyring(), actor=WORKER, now=LATER)
    late = asha_came_home(reference="AP261100421")
    with pytest.raises(CaseExpired):
        certificate_is_made(late, now=NOW + purposes.terms().case.live_for)


def test_it_stands_until_the_record_is_shredded(holder):
    deliver(holder, now=LATER + timedelta(days=365 * 5))
    cases.shred(Record.objects.get(pk=holder.record_id), LATER)
    with pytest.raises(RecordShredded):
        deliver(holder, reference="N2", now=LATER + timedelta(days=365 * 6))


def test_nobody_has_no_notice():
    with pytest.raises(RecordUnknown):
        notices.deliver(
            wanted=notices.Wanted(
                reference="N1", record_id=uuid4(), template="certificate_revoked", parameters=REVOKED
            ),
            actor=WORKER,
            now=LATER,
        )


def test_what_the_owner_did_not_write_is_not_sent(holder):
    with pytest.raises(NoticeUnknown):
        deliver(holder, template="you_have_won")
    assert Opening.objects.get().purpose == ""


SAYS = [
    REVOKED | {"message": "call this number"},
    {"serial_number": "5e0c91d7"},
    REVOKED | {"serial_number": "call 9123 4567"},
    REVOKED | {"revoked_on": "2026-02-30"},
    REVOKED | {"revoked_on": "tomorrow"},
]


@pytest.mark.parametrize("parameters", SAYS, ids=["more", "less", "words", "no day", "no date"])
def test_nothing_else_is_said_in_it(holder, parameters):
    with pytest.raises(NoticeParametersWrong):
        deliver(holder, parameters=parameters)
    assert not Notice.objects.exists()


def test_notices_are_bounded_like_any_opening(holder, monkeypatch):
    terms = purposes.terms()
    tight = replace(terms.limits, openings_per_record_in_a_day=1)
    monkeypatch.setattr(openings, "terms", lambda: replace(terms, limits=tight))
    deliver(holder)
    with pytest.raises(RecordLimitReached):
        deliver(holder, reference="N2")
    deliver(holder)  # asked again it opens nothing


def test_who_guesses_records_is_stopped(holder):
    at = LATER
    while not Suspension.objects.exists():
        at += timedelta(seconds=31)
        with pytest.raises(RecordUnknown):
            deliver(replace(holder, record_id=uuid4()), now=at)
    with pytest.raises(AskerStopped):
        deliver(holder, now=at + timedelta(seconds=31))


def test_no_address_and_no_text_is_in_any_row_or_leaf(holder, post):
    deliver(holder)
    round_()
    (message,) = post
    rows = [*Notice.objects.values(), *Sending.objects.values(), *LeafPayload.objects.values("payload")]
    kept = json.dumps(rows, default=str) + "".join(
        bytes(leaf.entry).decode("latin1") for leaf in Leaf.objects.all()
    )
    for word in (ASHA.email, ASHA.name, message.body[:20], message.subject[:20]):
        assert word not in kept
    assert ERRAND.reference not in "".join(bytes(leaf.entry).decode("latin1") for leaf in Leaf.objects.all())
