"""Whom nobody may contact: her one word beats choices, grants and cases, at once, and only she takes it back."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, connections, transaction
from owners_stage import DEVI, FARAH, grant, home, officers_are_in, officers_case
from people import ASHA, BIKRAM, CHANDRA, ERRAND, ESHA, LATER, WORKER, asha_applies, asked
from services_stage import POLICY, agreed

from chopmark.strongroom import purposes
from chopmark.strongroom.actors import CLOCK, SUBJECT
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Case, Leaf, Opening, Record
from chopmark.strongroom.policy.errors import (
    CaseNotYours,
    MarketingForbidden,
    OfficerNotSignedIn,
    SubjectNotSignedIn,
)
from chopmark.strongroom.policy.models import OwnerGrant, Suppression
from chopmark.strongroom.policy.shapes import Shredding
from chopmark.strongroom.purposes import AUTHORITY
from chopmark.strongroom.services import bulk, cases, choices, leave_to_open, openings, retention, suppression
from chopmark.strongroom.services.bulk import Batch
from chopmark.strongroom.services.choices import Use
from chopmark.strongroom.services.leave_to_open import SubjectSession

OFFERS = Use(service="club", purpose="offers", channel="email")
AGAIN = replace(ERRAND, reference="AP261100421", nonce="60" * 16)


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
    officers_are_in()
    return home(asha_applies()).record_id


def session(record_id, at=LATER):
    return SubjectSession(record_id=record_id, signed_in_at=at)


def forbid(record_id, now=LATER):
    suppression.forbid(session=session(record_id, now), actor=SUBJECT, now=now)


def permit(record_id, now=LATER, actor=SUBJECT):
    suppression.permit(session=session(record_id, now), actor=actor, now=now)


def allow(record_id):
    choices.allow(
        session=session(record_id),
        use=OFFERS,
        agreed=agreed(OFFERS),
        keys=keyring(),
        actor=SUBJECT,
        now=LATER,
    )


def release(record_id):
    return choices.release(record_id=record_id, use=OFFERS, keys=keyring(), actor=WORKER, now=LATER)


def mailing(*record_ids):
    grant_id = grant(DEVI, FARAH, purpose="mailing", fields=frozenset({"email"}))
    batch = Batch(
        grant_id=grant_id,
        purpose="mailing",
        fields=frozenset({"email"}),
        caller=AUTHORITY,
        records=record_ids,
    )
    return bulk.open_many(batch=batch, keys=keyring(), actor=WORKER, now=LATER)


def test_it_works(record_id):
    allow(record_id)
    assert release(record_id)
    forbid(record_id)
    assert b'"marketing:forbidden"' in bytes(Leaf.objects.latest("position").entry)
    with pytest.raises(MarketingForbidden):
        release(record_id)
    line = Opening.objects.latest("leaf_id")
    assert (line.refused, line.record_id) == ("marketing_forbidden", record_id)
    permit(record_id)
    assert release(record_id)
    assert list(Suppression.objects.order_by("id").values_list("forbidden", flat=True)) == [True, False]


def test_a_grant_that_two_signed_gives_others_and_not_her(record_id):
    esha = asha_applies(errand=replace(ERRAND, reference="AP261100420"), particulars=ESHA).record_id
    assert [one.refused for one in mailing(record_id, esha)] == ["", ""]
    forbid(record_id)
    found = {one.record_id: one for one in mailing(record_id, esha)}
    assert (found[record_id].fields, found[record_id].refused) == (None, "marketing_forbidden")
    assert found[esha].refused == ""
    # What was not given is not counted.
    assert OwnerGrant.objects.order_by("-used").values_list("used", flat=True)[1] == 1


def test_a_bulk_opening_that_is_no_marketing_goes_on(record_id):
    forbid(record_id)
    grant_id = grant(DEVI, FARAH)
    batch = Batch(
        grant_id=grant_id,
        purpose="renewal",
        fields=frozenset({"name"}),
        caller=AUTHORITY,
        records=(record_id,),
    )
    found = bulk.open_many(batch=batch, keys=keyring(), actor=WORKER, now=LATER)
    assert found[0].fields == {"name": ASHA.name}


def test_a_case_under_a_grant_gives_nothing_either(record_id):
    forbid(record_id)
    grant_id = grant(DEVI, FARAH, purpose="mailing", fields=frozenset({"email"}))
    case_id = leave_to_open.open_case_by_grant(
        record_id=record_id, grant_id=grant_id, keys=keyring(), actor=WORKER, now=LATER
    )
    with pytest.raises(MarketingForbidden):
        openings.open_fields(
            asked=asked(case_id, "email", purpose="mailing", application=None),
            keys=keyring(),
            actor=WORKER,
            now=LATER,
        )


def test_her_word_counts_for_every_record_of_hers(record_id):
    another = home(asha_applies(errand=AGAIN)).record_id
    allow(another)
    forbid(record_id)
    with pytest.raises(MarketingForbidden):
        release(another)
    assert mailing(another)[0].refused == "marketing_forbidden"
    # Taken back of one, it stands as long as another says it.
    permit(another)
    with pytest.raises(MarketingForbidden):
        release(another)
    assert {one.refused for one in mailing(record_id, another)} == {"marketing_forbidden"}
    permit(record_id)
    assert release(another)
    assert mailing(record_id)[0].refused == ""


def test_whoever_confirms_a_second_record_takes_nothing_of_the_first_back(record_id):
    forbid(record_id)
    forged = home(asha_applies(errand=AGAIN)).record_id
    forbid(forged)
    permit(forged)
    assert suppression.standing(record_id).record_id == record_id
    assert {one.refused for one in mailing(record_id, forged)} == {"marketing_forbidden"}


def test_what_did_not_come_home_speaks_for_itself_alone_and_is_told_nothing(record_id):
    allow(record_id)
    forged = asha_applies(errand=AGAIN)
    allow(forged.record_id)  # a case of another kind, and confirmed, is no application that came home
    forbid(forged.record_id)
    assert not suppression.standing(record_id) and release(record_id)
    permit(forged.record_id)
    forbid(record_id)
    assert not suppression.standing(forged.record_id)
    assert [one.refused for one in mailing(forged.record_id)] == [""]
    # As soon as it comes home it is hers.
    home(forged)
    assert suppression.standing(forged.record_id)
    assert [one.refused for one in mailing(forged.record_id)] == ["marketing_forbidden"]


def test_each_record_has_her_word_of_its_own_so_that_none_is_lost_with_another(record_id):
    another = home(asha_applies(errand=AGAIN)).record_id
    forbid(record_id)
    words = list(Suppression.objects.order_by("id"))
    assert {word.record_id for word in words} == {record_id, another}
    assert len({word.leaf_id for word in words}) == 2
    cases.shred(Record.objects.get(pk=record_id), LATER)
    assert suppression.standing(another).record_id == another
    assert mailing(another)[0].refused == "marketing_forbidden"


def test_a_record_that_came_later_inherits_her_word_when_the_first_is_destroyed(record_id, monkeypatch):
    terms = purposes.terms()
    by_clock = replace(terms.retention, shredding=Shredding.BY_SCHEDULE)
    monkeypatch.setattr(retention, "terms", lambda: replace(terms, retention=by_clock))
    forbid(record_id)
    heir = home(asha_applies(errand=AGAIN)).record_id
    cases.close_case(case_id=Case.objects.get(record=record_id).pk, actor=WORKER, now=LATER)
    retention.shred(record_id=record_id, actor=CLOCK, now=LATER + timedelta(days=4000))
    inherited = suppression.standing(heir)
    assert (inherited.record_id, inherited.at) == (heir, LATER)
    leaf = Leaf.objects.get(pk=inherited.leaf_id)
    assert b'"marketing:forbidden"' in bytes(leaf.entry)


def test_a_form_that_anybody_may_send_takes_nothing_back(record_id):
    forbid(record_id)
    forged = asha_applies(errand=AGAIN).record_id
    permit(forged)
    assert suppression.standing(record_id)
    assert mailing(record_id)[0].refused == "marketing_forbidden"


def test_nothing_new_is_allowed_until_she_takes_it_back(record_id):
    forbid(record_id)
    with pytest.raises(MarketingForbidden):
        allow(record_id)
    permit(record_id)
    allow(record_id)


def test_said_again_it_changes_nothing(record_id):
    forbid(record_id)
    forbid(record_id)
    assert Suppression.objects.count() == 1
    permit(record_id)
    permit(record_id)
    assert Suppression.objects.count() == 2


def test_only_she_takes_it_back(record_id):
    forbid(record_id)
    with pytest.raises(SubjectNotSignedIn):
        permit(record_id, actor=BIKRAM)
    with pytest.raises(SubjectNotSignedIn):
        suppression.permit(session=session(record_id, LATER - timedelta(hours=1)), actor=SUBJECT, now=LATER)
    with pytest.raises(IntegrityError), transaction.atomic():
        Suppression.objects.create(
            record_id=record_id, forbidden=False, officer=BIKRAM.id, at=LATER, leaf_id=1
        )
    assert suppression.standing(record_id)


def test_an_officer_writes_it_down_for_her_under_a_case_of_her_own(record_id):
    case_id = officers_case(why="She telephoned: no more offers.")
    suppression.forbid_for_her(case_id=case_id, actor=BIKRAM, now=LATER)
    assert suppression.standing(record_id).officer == BIKRAM.id
    with pytest.raises(CaseNotYours):
        suppression.forbid_for_her(case_id=case_id, actor=CHANDRA, now=LATER)
    with pytest.raises(OfficerNotSignedIn):
        suppression.forbid_for_her(case_id=case_id, actor=WORKER, now=LATER)
    permit(record_id)
    assert not suppression.standing(record_id)


def test_no_officer_writes_it_down_under_somebody_elses_case(strongroom):
    officers_are_in()
    submitted = home(asha_applies())
    with pytest.raises(CaseNotYours):
        suppression.forbid_for_her(case_id=submitted.case_id, actor=BIKRAM, now=LATER)
    assert not Suppression.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_word_that_has_returned_is_never_followed_by_a_release_or_a_mailing():
    officers_are_in()
    record_id = home(asha_applies()).record_id
    another = home(asha_applies(errand=AGAIN)).record_id
    allow(another)
    grant_id = grant(DEVI, FARAH, purpose="mailing", fields=frozenset({"email"}), records=1000)
    batch = Batch(
        grant_id=grant_id,
        purpose="mailing",
        fields=frozenset({"email"}),
        caller=AUTHORITY,
        records=(record_id, another),
    )

    def in_bulk():
        found = bulk.open_many(batch=batch, keys=keyring(), actor=WORKER, now=LATER)
        return any(one.fields for one in found)

    def by_service():
        try:
            return bool(release(another))
        except MarketingForbidden:
            return False

    for _ in range(3):
        late, failed, answered = _ask_while(lambda: forbid(record_id), [in_bulk, by_service, by_service])
        assert (late, failed, answered) == (0, [], 18)
        permit(record_id)
        permit(another)


def _ask_while(said, verbs):
    """Each verb six times beside what is said: how many gave something though it was asked later, what failed, how many."""
    returned, start = threading.Event(), threading.Barrier(len(verbs) + 1)
    late, failed, answered = [], [], []

    def ask(verb):
        start.wait()
        try:
            for _ in range(6):
                is_after = returned.is_set()
                late.extend([1] if verb() and is_after else [])
                answered.append(1)
        except Exception as failure:  # noqa: BLE001  whoever asked for it looks
            failed.append(failure)
        connections.close_all()

    threads = [threading.Thread(target=ask, args=(verb,)) for verb in verbs]
    for thread in threads:
        thread.start()
    start.wait()
    said()
    returned.set()
    for thread in threads:
        thread.join()
    return len(late), failed, len(answered)
