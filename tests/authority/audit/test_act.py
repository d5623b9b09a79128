"""An act, its leaf, and the leaf of its refusal."""

import json

import pytest
from django.db import transaction

from authority.signing_stage import Broken
from chopmark.authority.audit import AuditTag, services
from chopmark.authority.audit.models import Leaf, Payload
from chopmark.authority.audit.services import ActLeftNoLeaf, act, leave
from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.kernel.models import Handover
from chopmark.pki.refusals import Refusal
from world import NOON, at, last_leaf, last_payload, leaves

ASHA = Actor(kind=ActorKind.APPLICANT, id="AP261100001", outlet="DEMO")
pytestmark = pytest.mark.django_db


class TooLate(Refusal):
    code = "too_late"


def effect() -> None:
    Handover.objects.create(name="effect", facts={}, handed_on_at=NOON, due_at=NOON)


def effects() -> int:
    return Handover.objects.count()


@act(AuditTag.APPLICATION_BEGUN)
def begins(*, fails=None, actor=ASHA, now=NOON):
    """An effect and a leaf, and then perhaps not."""
    effect()
    leave(payload={"actor": actor.id}, public={"number": 7}, now=now, outlet=actor.outlet)
    if fails is not None:
        raise fails
    return "begun"


@act(AuditTag.APPLICATION_COMPLETED)
def completes(*, inner, leaf=True, actor=ASHA, now=NOON):
    """An act that holds another."""
    effect()
    inner()
    if leaf:
        leave(payload={"actor": actor.id}, now=now)


def asked(fails=None, **more):
    with at("web"):
        return begins(fails=fails, actor=ASHA, now=NOON, **more)


def tags():
    return [(leaf["tag"], leaf.get("refused")) for leaf in leaves()]


def test_it_works():
    assert asked() == "begun"

    assert effects() == 1
    leaf = last_leaf()
    assert leaf.pop("commitment")
    assert leaf == {
        "v": 1,
        "tag": "application:begun",
        "at": int(NOON.timestamp()),
        "outlet": "DEMO",
        "public": {"number": 7},
    }


def test_a_refusal_takes_back_what_was_done_and_leaves_its_own_leaf():
    with pytest.raises(TooLate):
        asked(fails=TooLate(minutes=5))

    assert effects() == 0
    assert tags() == [("application:begun", "too_late")]
    assert last_leaf()["outlet"] == "DEMO"
    assert "public" not in last_leaf()
    assert last_payload() == {"actor": "AP261100001", "details": {"minutes": 5}}


@pytest.mark.django_db(transaction=True)
def test_the_leaf_of_a_refusal_is_in_a_transaction_that_commits():
    with pytest.raises(TooLate):
        asked(fails=TooLate())

    assert effects() == 0
    assert Leaf.objects.count() == Payload.objects.count() == 1


def test_a_fault_of_ours_is_no_refusal():
    """It takes everything back and is in no log: nobody was told no."""
    with pytest.raises(Broken):
        asked(fails=Broken())

    assert effects() == 0
    assert tags() == []


def test_an_act_without_a_leaf_did_not_happen():
    @act(AuditTag.APPLICATION_BEGUN)
    def forgets(*, actor, now):
        effect()

    with pytest.raises(ActLeftNoLeaf):
        forgets(actor=ASHA, now=NOON)
    assert effects() == 0


def test_the_leaf_of_an_act_inside_is_not_the_outer_acts():
    with pytest.raises(ActLeftNoLeaf):
        completes(inner=asked, leaf=False, actor=ASHA, now=NOON)

    assert effects() == 0
    assert tags() == []


def test_an_act_inside_has_its_own_leaf():
    completes(inner=asked, actor=ASHA, now=NOON)

    assert tags() == [("application:begun", None), ("application:completed", None)]


def test_a_refusal_inside_is_the_refusal_of_the_whole_and_is_told_once():
    def refuses():
        asked(fails=TooLate())

    with pytest.raises(TooLate):
        completes(inner=refuses, actor=ASHA, now=NOON)

    assert effects() == 0
    assert tags() == [("application:completed", "too_late")]


def test_a_refusal_inside_that_the_outer_act_expects_undoes_only_what_was_inside():
    def refuses():
        with pytest.raises(TooLate):
            asked(fails=TooLate())

    completes(inner=refuses, actor=ASHA, now=NOON)

    assert effects() == 1
    assert tags() == [("application:completed", None)]


def test_one_act_after_another_is_not_inside_it():
    with pytest.raises(TooLate):
        asked(fails=TooLate())
    asked()
    with pytest.raises(TooLate):
        asked(fails=TooLate())

    assert [refused for _, refused in tags()] == ["too_late", None, "too_late"]


def test_a_leaf_belongs_to_some_act():
    with pytest.raises(RuntimeError, match="tag"):
        leave(payload={}, now=NOON)


def test_a_leaf_outside_an_act_says_what_it_is_of():
    leave(tag=AuditTag.CLAIM_SPENT, payload={}, now=NOON)
    assert tags() == [("claim:spent", None)]


def test_a_refusal_says_who_asked_and_nothing_else_that_was_said():
    @act(AuditTag.APPLICATION_BEGUN)
    def hears(*, password, name, actor, now):
        raise TooLate

    with pytest.raises(TooLate):
        hears(password="a ferry to the islands", name="CHAN Tai Man", actor=ASHA, now=NOON)

    assert last_payload() == {"actor": ASHA.id, "details": {}}
    assert "CHAN" not in json.dumps(list(leaves()))


def test_every_tag_is_a_subject_and_an_action_in_alphabetical_order():
    names = [tag.name for tag in AuditTag]
    assert names == sorted(names)
    assert all(tag.value.count(":") == 1 for tag in AuditTag)
    assert all(tag.name == tag.value.replace(":", "_").upper() for tag in AuditTag)


def test_a_refusal_whose_leaf_cannot_be_written_is_not_passed_over(monkeypatch):
    """The log is full or gone: the caller learns of that, and not of a refusal that nobody can prove."""

    def gone(*_, **__):
        raise Broken

    monkeypatch.setattr(services, "_write", gone)
    with pytest.raises(Broken), transaction.atomic():
        asked(fails=TooLate())
