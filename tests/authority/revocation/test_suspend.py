"""Putting a certificate on hold, and releasing it."""

import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import oracle
from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue.words import Asker
from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.participants.errors import ContractNotInForce, OutletSuspended, PermissionMissing
from chopmark.authority.participants.services import suspend_outlet
from chopmark.authority.revocation.asking import Asked, Means
from chopmark.authority.revocation.errors import (
    AlreadyRevoked,
    AlreadySuspended,
    AskerNotPermitted,
    CertificateExpired,
    NotSuspended,
    NotTheSubscriber,
    ReasonNotPermitted,
    SerialUnknown,
    SuspensionNotOffered,
)
from chopmark.authority.revocation.models import HoldRequest, Suspension
from chopmark.authority.revocation.selectors import facts_of, held_since, on_hold
from chopmark.authority.revocation.services import revoke_by_subscriber
from chopmark.authority.revocation.suspending import (
    release_by_officer,
    revoke_held,
    suspend_by_officer,
    suspend_by_subscriber,
)
from chopmark.authority.validation.status_feed import follow
from chopmark.authority.validation.status_store import StatusStore
from chopmark.pki.crl import CRLReason
from chopmark.pki.ocsp import CertStatus
from unchanged import refused
from world import A_SECOND, NOON, at, handed_on, last_leaf, last_payload

ASKED = Asked(by=Asker.SUBSCRIBER, means=Means.TELEPHONE, document="CALL 2611-004")
LATER = NOON + 3600 * A_SECOND


@pytest.fixture
def certificate(world):
    return world.issued()


@pytest.fixture
def asha(world, certificate):
    return world.applicant(by_reference(certificate.application_reference))


@pytest.fixture
def named(certificate):
    return {"issuer_id": certificate.issuer_id, "serial_number": bytes(certificate.serial_number)}


BIKRAM = Actor(
    kind=ActorKind.OFFICER, id="20417", permissions=frozenset({"counter:suspension:take"}), outlet="DEMO"
)


@pytest.fixture
def status(tmp_path, named):
    """What the responder says of it now: from a store of its own, filled anew each time."""

    def read():
        with StatusStore(Path(tempfile.mkdtemp(dir=tmp_path))) as store:
            follow(store)
            return store.status_of(named["issuer_id"], named["serial_number"])

    return read


def test_it_works(world, named, asha, status):
    suspend_by_subscriber(**named, actor=asha, now=NOON)

    assert last_leaf()["tag"] == "certificate:suspended_by_subscriber"
    assert last_leaf()["public"] == {
        "issuer": named["issuer_id"],
        "serial_number": named["serial_number"].hex(),
    }
    assert handed_on() == ["certificate.suspended"]
    found = status()
    assert (found.status, found.reason) == (CertStatus.REVOKED, CRLReason.CERTIFICATE_HOLD)
    world.turns()
    oracle.ask()

    release_by_officer(**named, asked=ASKED, actor=BIKRAM, now=LATER)

    assert last_payload()["actor"] == BIKRAM.id
    assert status().status is CertStatus.GOOD
    world.turns(now=LATER)
    oracle.ask(now=LATER)


def test_an_officer_suspends_on_a_request_that_is_not_confirmed(named, asha):
    suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON)
    assert last_leaf()["tag"] == "certificate:suspended_by_officer"
    with pytest.raises(AlreadySuspended):
        suspend_by_subscriber(**named, actor=asha, now=LATER)


def test_a_suspended_certificate_is_revoked_for_good(named, asha, status):
    suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON)
    revoke_by_subscriber(**named, reason=CRLReason.KEY_COMPROMISE, actor=asha, now=LATER)

    found = status()
    assert (found.reason, found.revoked_at) == (CRLReason.KEY_COMPROMISE, LATER)
    with pytest.raises(NotSuspended):
        release_by_officer(**named, asked=ASKED, actor=BIKRAM, now=LATER)
    with pytest.raises(AlreadyRevoked):
        suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=LATER)


def test_what_was_released_may_be_suspended_again(named, asha, status):
    suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON)
    release_by_officer(**named, asked=ASKED, actor=BIKRAM, now=LATER)
    with pytest.raises(NotSuspended):
        release_by_officer(**named, asked=ASKED, actor=BIKRAM, now=LATER)
    assert status().status is CertStatus.GOOD
    suspend_by_subscriber(**named, actor=asha, now=LATER + A_SECOND)
    assert status().status is CertStatus.REVOKED


def test_nobody_suspends_or_releases_without_authority(named, asha):
    esha = Actor(kind=ActorKind.APPLICANT, id="AP261199999", participant_id=10**9)
    with pytest.raises(NotTheSubscriber):
        suspend_by_subscriber(**named, actor=esha, now=NOON)
    with pytest.raises(PermissionMissing):
        suspend_by_officer(**named, asked=ASKED, actor=Actor(kind=ActorKind.OFFICER, id="20418"), now=NOON)
    suspend_by_subscriber(**named, actor=asha, now=NOON)
    # Not even she who asked for it: whoever has her key may have her login.
    with pytest.raises(PermissionMissing):
        release_by_officer(**named, asked=ASKED, actor=asha, now=LATER)
    assert last_leaf()["refused"]


def test_a_serial_number_never_issued_is_unknown(named):
    with pytest.raises(SerialUnknown):
        suspend_by_officer(
            issuer_id=named["issuer_id"], serial_number=b"\x42" * 16, asked=ASKED, actor=BIKRAM, now=NOON
        )


def test_a_type_that_does_not_offer_it_is_refused(named, law):
    law({"types/personal.toml": "[revocation.subscriber]\nsuspends_first = false"})
    with pytest.raises(SuspensionNotOffered):
        suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON)


def test_what_has_expired_is_not_put_on_hold(named, asha, certificate):
    over = certificate.not_after
    with at("web"), pytest.raises(CertificateExpired):
        suspend_by_subscriber(**named, actor=asha, now=over)
    with at("web"), pytest.raises(CertificateExpired):
        suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=over)
    assert not Suspension.objects.exists()
    suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=over - A_SECOND)


def test_two_machines_whose_clocks_differ_suspend_once(named, asha):
    suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON + A_SECOND)
    with pytest.raises(AlreadySuspended):
        suspend_by_subscriber(**named, actor=asha, now=NOON)


def test_a_release_ends_whatever_is_open(named, status):
    suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON)
    # As a restore from the log leaves it, when somebody suspended again meanwhile.
    Suspension.objects.create(**named, suspended_at=NOON + A_SECOND)

    assert len(release_by_officer(**named, asked=ASKED, actor=BIKRAM, now=LATER)) == 2

    assert status().status is CertStatus.GOOD


SECOND_OFFICER = Actor(
    kind=ActorKind.OFFICER, id="20588", permissions=frozenset({"counter:revocation:confirm"}), outlet="DEMO"
)
CONFIRMED = Asked(
    by=Asker.SUBSCRIBER, means=Means.LETTER, document="LETTER 2611-017", reason=CRLReason.KEY_COMPROMISE
)


def test_a_request_that_is_confirmed_revokes_what_was_on_hold(world, named, status):
    with at("web"):
        suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON)
        revoke_held(**named, asked=CONFIRMED, actor=SECOND_OFFICER, now=LATER)

    assert last_leaf()["tag"] == "certificate:revoked_by_officer"
    assert last_leaf()["public"]["reason"] == "key_compromise"
    assert (status().reason, status().revoked_at) == (CRLReason.KEY_COMPROMISE, LATER)
    world.turns(now=LATER)
    oracle.ask(now=LATER)
    with pytest.raises(AlreadyRevoked):
        revoke_held(**named, asked=CONFIRMED, actor=SECOND_OFFICER, now=LATER)


def test_what_is_not_on_hold_no_officer_revokes(named):
    with pytest.raises(NotSuspended):
        revoke_held(**named, asked=CONFIRMED, actor=SECOND_OFFICER, now=LATER)


def test_who_takes_requests_does_not_confirm_them(named):
    suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON)
    with pytest.raises(PermissionMissing):
        revoke_held(**named, asked=CONFIRMED, actor=BIKRAM, now=LATER)
    with pytest.raises(PermissionMissing):
        release_by_officer(**named, asked=ASKED, actor=SECOND_OFFICER, now=LATER)


VERBS = {
    "suspend": lambda of: suspend_by_officer(**of, asked=ASKED, actor=BIKRAM),
    "release": lambda of: release_by_officer(**of, asked=ASKED, actor=BIKRAM),
    "revoke": lambda of: revoke_held(**of, asked=CONFIRMED, actor=SECOND_OFFICER),
}


@pytest.fixture(params=VERBS)
def does(request, named):
    """An officer does this, of a certificate that is ready for it."""
    if request.param != "suspend":
        suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON)
    return lambda now: VERBS[request.param](named | {"now": now})


def test_nothing_is_done_at_a_suspended_outlet(world, does):
    suspend_outlet(outlet="DEMO", reason="a theft", actor=world.staff("70031"), now=NOON)
    with refused(OutletSuspended), at("web"):
        does(LATER)


def test_nothing_is_done_when_the_contract_has_ended(does):
    with refused(ContractNotInForce), at("web"):
        does(datetime(2031, 4, 1, 4, tzinfo=UTC))


def test_it_is_done_at_any_hour_and_its_leaf_names_the_outlet(does):
    with at("web"):
        does(NOON + timedelta(hours=12))
    assert last_leaf()["outlet"] == "DEMO"


def test_what_was_asked_is_kept_beside_each_act(named):
    suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON)
    release_by_officer(**named, asked=replace(ASKED, document="CALL 2611-005"), actor=BIKRAM, now=LATER)
    kept = HoldRequest.objects.order_by("at")
    assert [(row.act, row.asked_by, row.means, row.document, row.reason) for row in kept] == [
        ("suspend", "subscriber", "telephone", "CALL 2611-004", 0),
        ("release", "subscriber", "telephone", "CALL 2611-005", None),
    ]
    assert {(row.officer, row.outlet) for row in kept} == {("20417", "DEMO")}


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"by": Asker.AUTHORITY}, AskerNotPermitted),
        ({"by": Asker.AUTHORISED_REPRESENTATIVE}, AskerNotPermitted),
        ({"reason": CRLReason.PRIVILEGE_WITHDRAWN}, ReasonNotPermitted),
        ({"reason": CRLReason.CERTIFICATE_HOLD}, ReasonNotPermitted),
    ],
)
def test_nobody_asks_for_more_than_the_type_gives_her(named, changes, refusal):
    with pytest.raises(refusal):
        suspend_by_officer(**named, asked=replace(ASKED, **changes), actor=BIKRAM, now=NOON)
    assert not Suspension.objects.exists()
    assert not HoldRequest.objects.exists()


def test_since_when_it_was_on_hold_at_a_moment(named):
    suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=NOON)
    release_by_officer(**named, asked=ASKED, actor=BIKRAM, now=LATER)
    suspend_by_officer(**named, asked=ASKED, actor=BIKRAM, now=LATER + 60 * A_SECOND)
    revoke_held(**named, asked=CONFIRMED, actor=SECOND_OFFICER, now=LATER + 120 * A_SECOND)

    def since(moment):
        return held_since(**named, at=moment)

    assert since(NOON - A_SECOND) is None
    assert since(NOON) == since(LATER - A_SECOND) == NOON
    assert since(LATER) is None
    assert since(LATER + 60 * A_SECOND) == LATER + 60 * A_SECOND
    assert since(LATER + 120 * A_SECOND) is None
    assert [fact.act for fact in facts_of(**named)] == ["revoke", "suspend", "release", "suspend"]
    assert not on_hold().exists()


def test_a_hold_that_its_subscriber_began_has_no_paper_and_waits_like_the_others(named, asha):
    suspend_by_subscriber(**named, actor=asha, now=NOON)
    assert [row.suspended_at for row in on_hold()] == [NOON]
    assert [(fact.act, fact.request) for fact in facts_of(**named)] == [("suspend", None)]


def test_a_hold_that_came_back_without_its_certificate_can_be_ended(named):
    lost = {"issuer_id": named["issuer_id"], "serial_number": b"\x42" * 16}
    Suspension.objects.create(**lost, suspended_at=NOON)
    assert len(release_by_officer(**lost, asked=ASKED, actor=BIKRAM, now=LATER)) == 1
