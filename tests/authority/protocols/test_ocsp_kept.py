"""Answers that are said again: as long as they are true, and no longer."""

import base64
from datetime import timedelta

import pytest

from authority.protocols.ocsp_stage import GOOD, NEVER, REVOKED
from authority.signing_stage import A_SECOND, NOON
from chopmark.authority.kernel import clock
from chopmark.authority.protocols.ocsp import app
from chopmark.authority.protocols.ocsp.kept import LONGEST_QUESTION, Kept, KeptAnswers
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.validation import signing
from chopmark.authority.validation.status import key_of
from chopmark.authority.validation.status_feed import follow
from chopmark.pki.ocsp import (
    CertStatus,
    HashAlgorithm,
    OcspResponseStatus,
    build_request,
    cert_id,
    read_response,
)


class Sent:
    """Stands for RSGI's protocol: what was sent."""

    def response_bytes(self, status, headers, body):
        self.status, self.headers, self.body = status, dict(headers), body
        self.response = read_response(body)

    @property
    def said(self):
        return [single.status for single in self.response.data.responses]


class House:
    """A responder whose clock and rounds are in our hands."""

    def __init__(self, responder, store, issuing, monkeypatch):
        self.responder, self.store, self.issuing, self.monkeypatch = responder, store, issuing, monkeypatch
        self.now = NOON

    def round(self):
        self.responder.heard(self.store, follow(self.store), self.now)

    def question(self, *serials, nonce=None, algorithm=HashAlgorithm.SHA1):
        name, spki = self.issuing.name_der, self.issuing.spki
        asked = [
            cert_id(issuer_name_der=name, issuer_spki_der=spki, serial_number=serial, algorithm=algorithm)
            for serial in serials
        ]
        return build_request(asked, nonce=nonce)

    def ask(self, question, method="POST"):
        self.monkeypatch.setattr(clock, "now", lambda: self.now)
        sent = Sent()
        if method == "GET":
            question = "/" + base64.b64encode(question).decode()
        self.responder._answer(method, question, sent)
        return sent


@pytest.fixture
def house(delegations, certificates, issuing, source, store, tmp_path, monkeypatch):
    responder = app.Responder(source=source, folder=tmp_path / "unused")
    responder.delegations = delegations
    house = House(responder, store, issuing, monkeypatch)
    house.round()
    return house


def revoke(issuing, serial, at=NOON):
    Revocation.objects.create(issuer_id=issuing.id, serial_number=serial, reason=4, revoked_at=at)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_works(house, method):
    question = house.question(GOOD)
    first = house.ask(question, method)
    house.now += A_SECOND

    again = house.ask(question, method)

    assert first.said == [CertStatus.GOOD]
    assert again.body == first.body
    assert again.headers["date"] == "Mon, 16 Nov 2026 04:00:01 GMT"
    assert {**again.headers, "date": 0} == {**first.headers, "date": 0}


def test_a_get_may_be_cached_outside_and_a_post_may_not(house):
    for _ in range(2):
        assert "public" in house.ask(house.question(GOOD), "GET").headers["cache-control"]
        assert house.ask(house.question(GOOD), "POST").headers["cache-control"] == "no-store"


def test_an_answer_goes_at_once_when_what_it_says_changes(house):
    about_one, about_both = house.question(GOOD), house.question(REVOKED, GOOD)
    other = house.question(GOOD, algorithm=HashAlgorithm.SHA256)
    for question in (about_one, about_both, other):
        assert house.ask(question).said[-1] is CertStatus.GOOD
        house.ask(question, "GET")
    unchanged = house.ask(house.question(REVOKED))

    revoke(house.issuing, GOOD)
    house.round()

    for question in (about_one, about_both, other):
        assert house.ask(question).said[-1] is CertStatus.REVOKED
        assert house.ask(question, "GET").said[-1] is CertStatus.REVOKED
    assert house.ask(house.question(REVOKED)).body == unchanged.body


def test_a_store_that_was_filled_anew_takes_every_answer_with_it(house):
    question = house.question(GOOD)
    house.ask(question)
    revoke(house.issuing, GOOD)
    house.store.horizon = None

    house.round()

    assert house.ask(question).said == [CertStatus.REVOKED]


def test_an_answer_is_made_anew_when_half_its_time_is_over(house):
    first = house.ask(house.question(GOOD))
    for seconds, is_the_same in ((300, True), (301, False)):
        house.now = NOON + timedelta(seconds=seconds)
        house.round()
        assert (house.ask(house.question(GOOD)).body == first.body) is is_the_same


def test_an_answer_of_a_later_day_is_not_said_when_the_clock_was_set_back(house):
    question = house.question(GOOD)
    house.ask(question)
    house.now = NOON - timedelta(minutes=1)
    house.round()
    assert house.ask(question).response.data.produced_at == house.now


def test_a_nonce_is_never_answered_from_memory(house):
    question = house.question(GOOD, nonce=b"n" * 32)
    assert house.ask(question).body != house.ask(question).body
    assert len(house.responder.kept) == 0


def test_what_is_unknown_is_asked_of_the_store_each_time(house):
    assert house.ask(house.question(NEVER)).said == [CertStatus.UNKNOWN]
    assert len(house.responder.kept) == 0
    assert house.responder.refusals._counts == {"ocsp_serial_unknown": 1}


def test_a_changed_delegate_takes_every_answer_with_it(house, token, claimer, delegations):
    first = house.ask(house.question(GOOD))
    house.now = NOON + timedelta(hours=13)
    delegations.refresh(house.now)
    signing.run_once(token=token, now=house.now, claimer=claimer)
    house.now = NOON + timedelta(hours=13, seconds=1)
    house.round()
    # Asked under the old certificate, a moment before the new one is taken up.
    under_old = house.ask(house.question(GOOD))

    delegations.refresh(house.now)
    under_new = house.ask(house.question(GOOD))

    assert first.response.certificates == under_old.response.certificates
    assert under_new.response.certificates != under_old.response.certificates


def test_a_refresh_that_changes_nothing_leaves_the_answers(house, delegations):
    first = house.ask(house.question(GOOD))
    delegations.refresh(house.now)
    assert house.ask(house.question(GOOD)).body == first.body


def test_an_answer_is_not_said_again_beyond_its_delegates_life(house):
    house.now = NOON + timedelta(hours=23, minutes=52)
    house.round()
    question = house.question(GOOD)
    assert house.ask(question).said == [CertStatus.GOOD]

    house.now = NOON + timedelta(hours=23, minutes=56)
    house.round()
    assert house.ask(question).response.status is OcspResponseStatus.TRY_LATER


def test_no_answer_is_said_again_when_the_store_may_be_behind(house):
    question = house.question(GOOD)
    house.ask(question)
    house.now = NOON + timedelta(seconds=31)

    assert house.ask(question).response.status is OcspResponseStatus.TRY_LATER

    house.round()
    assert house.ask(question).said == [CertStatus.GOOD]


def test_readiness_says_what_is_missing(house, monkeypatch):
    assert house.responder._lacks(NOON) is None
    assert "status" in house.responder._lacks(NOON + timedelta(seconds=31))
    house.now = NOON + timedelta(days=2)
    house.round()
    assert "delegate" in house.responder._lacks(house.now)


def kept(*about, until=NOON):
    return Kept(b"body", [], NOON, until, about)


def test_the_least_asked_for_goes_first():
    answers = KeptAnswers(most=2)
    answers.keep(b"one", kept(b"1"))
    answers.keep(b"two", kept(b"2"))
    answers.get(b"one", NOON)
    answers.keep(b"three", kept(b"3"))
    assert [answers.get(question, NOON) is not None for question in (b"one", b"two", b"three")] == [
        True,
        False,
        True,
    ]
    assert len(answers) == 2


def test_nothing_is_remembered_of_what_went(house):
    answers = KeptAnswers(most=10)
    for number in range(100):
        answers.keep(b"%d" % number, kept(key_of(1, bytes([number])), key_of(1, b"all")))
    answers.forget([key_of(1, b"all")])
    assert len(answers) == 0
    assert not answers._asked


def test_the_same_question_kept_twice_is_there_once():
    answers = KeptAnswers(most=2)
    answers.keep(b"one", kept(b"1"))
    answers.keep(b"one", kept(b"1"))
    answers.forget([b"1"])
    assert len(answers) == 0
    assert not answers._asked


def test_a_long_question_is_not_kept():
    answers = KeptAnswers()
    answers.keep(bytes(LONGEST_QUESTION + 1), kept(b"1"))
    assert len(answers) == 0
