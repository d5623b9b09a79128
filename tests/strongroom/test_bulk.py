"""Many records under one grant of the owner's."""

import threading
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections
from owners_stage import DEVI, FARAH, grant, officers_are_in, scope
from people import ASHA, BIKRAM, ERRAND, LATER, NOW, WORKER, asha_applies

from chopmark.strongroom import vault
from chopmark.strongroom.errors import NothingAsked, RequestMalformed
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.leaves import promise
from chopmark.strongroom.log import signing
from chopmark.strongroom.models import Leaf, LeafPayload, Officer, Opening, Record
from chopmark.strongroom.policy.errors import (
    GrantAlreadySigned,
    GrantNotForThis,
    GrantNotSigned,
    GrantOver,
    GrantTooWide,
    GrantUnknown,
    GrantUsedUp,
    KindNotOfPurpose,
    OfficerNotSignedIn,
    OwnerOfficerNeeded,
)
from chopmark.strongroom.policy.models import OwnerGrant
from chopmark.strongroom.purposes import DESK, terms
from chopmark.strongroom.services import bulk, cases, granting
from chopmark.strongroom.services.bulk import Batch


@pytest.fixture
def owners(strongroom):
    officers_are_in()


def records(count):
    return tuple(
        asha_applies(errand=replace(ERRAND, reference=f"AP2611{number:05d}")).record_id
        for number in range(count)
    )


def batch(grant_id, record_ids, **changes):
    usual = {"purpose": "renewal", "fields": frozenset({"name"}), "caller": "authority"}
    return Batch(grant_id=grant_id, records=tuple(record_ids), **usual | changes)


def open_many(ask, now=LATER):
    return bulk.open_many(batch=ask, keys=keyring(), actor=WORKER, now=now)


def used(grant_id):
    return OwnerGrant.objects.get(pk=grant_id).used


def test_it_works(owners):
    people = records(3)
    grant_id = grant(DEVI, FARAH)
    before = Leaf.objects.count()
    assert [(one.record_id, one.fields) for one in open_many(batch(grant_id, people))] == [
        (record_id, {"name": ASHA.name}) for record_id in people
    ]
    assert used(grant_id) == 3
    assert Leaf.objects.count() == before + 3
    signing.check()
    for opening in Opening.objects.all():
        assert (opening.purpose, opening.fields, opening.case_id) == ("renewal", ["name"], None)
        payload = LeafPayload.objects.get(leaf_id=opening.leaf_id).payload
        assert (payload["record"], payload["grant"]) == (str(opening.record_id), str(grant_id))


@pytest.mark.parametrize("signers", [(), (DEVI,)], ids=["nobody", "one"])
def test_a_grant_that_two_have_not_signed_opens_nothing(owners, signers):
    people = records(1)
    grant_id = grant(*signers)
    with pytest.raises(GrantNotSigned):
        open_many(batch(grant_id, people))
    assert not Opening.objects.exists()


def test_one_officer_does_not_sign_for_two(owners):
    grant_id = grant(DEVI)
    with pytest.raises(GrantAlreadySigned):
        granting.sign_grant(grant_id=grant_id, actor=DEVI, now=NOW)


@pytest.mark.parametrize(
    ("actor", "refusal"), [(BIKRAM, OwnerOfficerNeeded), (WORKER, OfficerNotSignedIn)], ids=str
)
def test_only_the_owners_own_sign(owners, actor, refusal):
    grant_id = grant(DEVI)
    with pytest.raises(refusal):
        granting.sign_grant(grant_id=grant_id, actor=actor, now=NOW)
    with pytest.raises(refusal):
        granting.write_grant(scope=scope(), keys=keyring(), actor=actor, now=NOW)


def test_a_caller_that_calls_itself_by_an_officers_number_is_no_officer(owners):
    with pytest.raises(OfficerNotSignedIn):
        grant(replace(WORKER, id=DEVI.id))


def test_a_signature_ends_with_its_officer(owners):
    people = records(1)
    grant_id = grant(DEVI, FARAH)
    Officer.objects.filter(number=FARAH.id).update(left_at=LATER)
    with pytest.raises(GrantNotSigned):
        open_many(batch(grant_id, people))


WIDE = [
    ({"records": 0}, GrantTooWide),
    ({"records": terms().grant.most_records + 1}, GrantTooWide),
    ({"expires_at": NOW}, GrantTooWide),
    ({"expires_at": NOW + timedelta(days=31)}, GrantTooWide),
    ({"purpose": "certificate"}, KindNotOfPurpose),
]


@pytest.mark.parametrize(("changes", "refusal"), WIDE)
def test_a_grant_is_no_wider_than_the_policy(owners, changes, refusal):
    with pytest.raises(refusal):
        grant(**changes)


OTHER = [
    ({"purpose": "certificate"}, GrantNotForThis),
    ({"fields": frozenset({"name", "phone"})}, GrantNotForThis),
    ({"caller": DESK}, GrantNotForThis),
    ({"fields": frozenset()}, NothingAsked),
]


@pytest.mark.parametrize(("changes", "refusal"), OTHER)
def test_a_grant_is_for_what_was_signed(owners, changes, refusal):
    people = records(1)
    with pytest.raises(refusal):
        open_many(batch(grant(DEVI, FARAH), people, **changes))


def test_a_grant_runs_out_and_can_be_ended(owners):
    people = records(1)
    grant_id = grant(DEVI, FARAH)
    with pytest.raises(GrantOver):
        open_many(batch(grant_id, people), now=NOW + timedelta(days=7))
    granting.end_grant(grant_id=grant_id, actor=FARAH, now=LATER)
    with pytest.raises(GrantOver):
        open_many(batch(grant_id, people))
    with pytest.raises(GrantUnknown):
        open_many(batch(uuid4(), people))


def test_a_batch_that_is_too_many_opens_none(owners):
    people = records(4)
    grant_id = grant(DEVI, FARAH)
    with pytest.raises(GrantUsedUp):
        open_many(batch(grant_id, people))
    assert used(grant_id) == 0
    assert not Opening.objects.exists()


def test_every_row_is_the_one_that_its_leaf_promises(owners, monkeypatch):
    gone, here = records(2)
    cases.shred(Record.objects.get(pk=gone), LATER)
    monkeypatch.setattr(bulk, "told_at_of", lambda purpose, now: now + timedelta(days=3, microseconds=7))
    fields = frozenset({"name", "email"})
    open_many(batch(grant(DEVI, FARAH, fields=fields), (gone, here), fields=fields, outlet="WC-1"))
    for opening in Opening.objects.filter(record__in=(gone, here)):
        assert opening.told_at == LATER + timedelta(days=3, microseconds=7)
        assert (opening.outlet, opening.fields) == ("WC-1", sorted(fields))
        assert LeafPayload.objects.get(leaf_id=opening.leaf_id).payload["rows"] == [promise(opening)]


def test_one_that_is_gone_does_not_shut_the_others_and_costs_no_count(owners):
    gone, here = records(2)
    cases.shred(Record.objects.get(pk=gone), LATER)
    nobody = uuid4()
    grant_id = grant(DEVI, FARAH)
    before = Leaf.objects.count()
    opened = open_many(batch(grant_id, (gone, nobody, here)))
    assert [one.refused for one in opened] == ["record_shredded", "record_unknown", ""]
    assert used(grant_id) == 1
    assert Leaf.objects.count() == before + 3
    assert set(Opening.objects.values_list("record_id", "refused")) == {(gone, "record_shredded"), (here, "")}


@pytest.mark.parametrize("twice", [True, False], ids=["one twice", "too many"])
def test_a_call_holds_each_record_once_and_not_too_many(owners, twice):
    ids = (uuid4(),) * 2 if twice else [uuid4() for _ in range(terms().grant.most_in_a_call + 1)]
    with pytest.raises(RequestMalformed):
        open_many(batch(grant(DEVI, FARAH), ids))


@pytest.mark.django_db(transaction=True)
def test_every_opening_is_on_disk_before_the_first_value_is_read(monkeypatch):
    officers_are_in()
    people = records(2)
    grant_id = grant(DEVI, FARAH)
    seen = []

    def crash(locked, *, kek):
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("select count(*) from strongroom_opening")
            seen.append(cursor.fetchone()[0])
        other.close()
        raise MemoryError

    monkeypatch.setattr(vault, "unlock", crash)
    with pytest.raises(MemoryError):
        open_many(batch(grant_id, people))
    assert seen == [2]


@pytest.mark.django_db(transaction=True)
def test_side_by_side_they_cannot_pass_the_count():
    officers_are_in()
    people = records(8)
    grant_id = grant(DEVI, FARAH, records=11)
    shown, refused = [], []
    start = threading.Barrier(4)

    def ask():
        start.wait()
        for _ in range(2):
            try:
                shown.extend(open_many(batch(grant_id, people[:3])))
            except GrantUsedUp:
                refused.append(1)
        connections.close_all()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(shown), len(refused)) == (9, 5)
    assert used(grant_id) == 9
    assert Opening.objects.filter(refused="").count() == 9
    signing.check()


def test_a_policy_that_no_longer_gives_a_purpose_ends_its_grants(owners, monkeypatch):
    people = records(1)
    grant_id = grant(DEVI, FARAH)
    now = terms()
    renewal = replace(now.purposes["renewal"], kinds=frozenset({"subject"}))
    changed = replace(now, purposes={**now.purposes, "renewal": renewal})
    monkeypatch.setattr(granting, "terms", lambda: changed)
    with pytest.raises(KindNotOfPurpose):
        open_many(batch(grant_id, people))
    assert used(grant_id) == 0
