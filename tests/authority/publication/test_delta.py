"""A delta says what changed since a full list that everybody can have, and the signer signs no other."""

from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from authority.publication.lists_stage import OTHER, SERIAL, WORKER, prepare, publish, require_oracle
from authority.signing_stage import A_SECOND, NOON, leaves, log_everything
from chopmark.authority.custody.printing import DELTA, FULL, printed_facts, shard_of
from chopmark.authority.kernel.outbox import NotYet
from chopmark.authority.publication import handlers as publication
from chopmark.authority.publication import selectors, services, signing
from chopmark.authority.publication.errors import NoBaseYet, SecondTaken
from chopmark.authority.publication.lists import list_of
from chopmark.authority.publication.models import Crl, CrlIntent
from chopmark.authority.revocation.events import (
    CertificateReleased,
    CertificateRevoked,
    CertificateSuspended,
)
from chopmark.authority.revocation.models import Release, Revocation, Suspension
from chopmark.pki.crl import CRLReason, build_tbs, read_crl

LATER = NOON + timedelta(minutes=6)


@pytest.fixture
def full(issuing, revoke, token, claimer, public):
    """The full list is public, with one revocation on it, and no delta is there yet."""
    revoke(at=NOON - timedelta(hours=1))
    prepare(issuing)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    log_everything()
    publish(issuing)
    return public


def sign(token, claimer, now=LATER):
    return signing.run_once(token=token, now=now, claimer=claimer)


def read(public, name):
    return read_crl((public / "crl" / name).read_bytes()).facts


def told(facts):
    return [(entry.serial_number, entry.reason) for entry in facts.entries()]


def test_it_works(issuing, full, token, claimer):
    Revocation.objects.create(issuer_id=issuing.id, serial_number=OTHER, reason=4, revoked_at=LATER)
    assert list_of(issuing.id, DELTA) in services.due_lists(now=LATER)

    prepare(issuing, DELTA, now=LATER)
    assert sign(token, claimer) == 1
    log_everything()
    assert publish(issuing, DELTA)

    base, delta = read(full, "identity-1-full.crl"), read(full, "identity-1-delta.crl")
    assert (delta.base_number, delta.number) == (base.number, base.number + 1)
    assert told(delta) == [(OTHER, CRLReason.SUPERSEDED)]
    assert base.freshest_url.endswith("/crl/identity-1-delta.crl")
    assert (delta.freshest_url, delta.distribution_point) == (None, base.distribution_point)
    require_oracle()


def test_what_was_released_leaves_the_list(issuing, full, token, claimer):
    Suspension.objects.create(issuer_id=issuing.id, serial_number=OTHER, suspended_at=NOON)
    Release.objects.create(suspended_at=NOON, issuer_id=issuing.id, serial_number=OTHER, released_at=LATER)
    prepare(issuing, DELTA, now=LATER)
    sign(token, claimer)
    log_everything()
    publish(issuing, DELTA)

    assert told(read(full, "identity-1-delta.crl")) == [(OTHER, CRLReason.REMOVE_FROM_CRL)]


def test_a_delta_waits_for_a_base_and_is_made_anew_for_each(issuing, full, token, claimer):
    assert list_of(issuing.id, DELTA) in services.due_lists(now=LATER)
    prepare(issuing, DELTA, now=LATER)
    sign(token, claimer)
    assert list_of(issuing.id, DELTA) not in services.due_lists(now=LATER + A_SECOND)
    assert list_of(issuing.id, DELTA) in services.due_lists(now=LATER + timedelta(minutes=61))

    prepare(issuing, FULL, now=LATER + A_SECOND)
    sign(token, claimer, now=LATER + A_SECOND)
    log_everything()
    publish(issuing)

    assert list_of(issuing.id, DELTA) in services.due_lists(now=LATER + 2 * A_SECOND)


def test_there_is_none_before_a_full_list_is_public(issuing, public):
    with pytest.raises(NoBaseYet):
        prepare(issuing, DELTA)


def forge(issuing, *, base_number, number=2, entries=()):
    """Whoever took the worker writes a well-made delta of his own."""
    mine = list_of(issuing.id, DELTA)
    intent = CrlIntent(
        issuer_id=issuing.id,
        shard=DELTA,
        number=number,
        this_update=LATER,
        next_update=LATER + mine.valid_for,
        intended_at=LATER,
    )
    intent.tbs_cert_list = build_tbs(
        issuer=printed_facts(mine.issuer, spki=issuing.spki),
        signature_algorithm=issuing.signature_algorithm,
        encoded=entries,
        number=number,
        this_update=LATER,
        next_update=intent.next_update,
        base_number=base_number,
    )
    intent.save()


@pytest.mark.parametrize("base_number", [None, 7])
def test_a_delta_to_no_list_of_ours_is_refused(issuing, full, token, claimer, base_number):
    forge(issuing, base_number=base_number)
    assert sign(token, claimer) == 0
    assert leaves()[-1].refused == "crl_not_ours"


def test_a_delta_that_leaves_a_change_out_is_refused(issuing, full, token, claimer):
    changed = NOON + timedelta(seconds=30)
    Revocation.objects.create(issuer_id=issuing.id, serial_number=OTHER, reason=1, revoked_at=changed)
    forge(issuing, base_number=1)
    assert sign(token, claimer) == 0
    assert leaves()[-1].refused == "crl_not_ours"


def test_a_delta_that_says_more_than_changed_is_refused(issuing, full, token, claimer):
    listed = Revocation.objects.get(serial_number=SERIAL)
    forge(issuing, base_number=1, entries=[bytes(listed.crl_entry)])
    assert sign(token, claimer) == 0
    assert leaves()[-1].refused == "crl_not_ours"


@contextmanager
def another_signer_at(issuing):
    """It holds the sequence that full list and delta share, on a connection of its own."""
    parameters = connection.get_connection_params()
    wanted = {name: parameters[name] for name in ("dbname", "host", "port", "user", "password", "options")}
    held = "select pg_advisory_lock(hashtextextended(%s, 0))"
    with psycopg.connect(**wanted) as other:
        other.execute(held, [f"list {issuing.id} {DELTA}"])
        yield


def test_a_delta_does_not_overtake_the_full_list_that_another_signer_is_at(issuing, full, token, claimer):
    prepare(issuing, DELTA, now=LATER)
    prepare(issuing, 1, now=LATER)

    with another_signer_at(issuing):
        assert sign(token, claimer) == 1  # the partition has numbers of its own
        assert not Crl.objects.filter(shard=DELTA).exists()
    assert sign(token, claimer) == 1


def test_a_number_of_the_full_list_is_no_delta_s(issuing, full, token, claimer):
    forge(issuing, base_number=1, number=1)
    assert sign(token, claimer) == 0
    assert leaves()[-1].refused == "door_refused"


@pytest.mark.parametrize(
    ("reason", "expected"), [(CRLReason.KEY_COMPROMISE, FULL), (CRLReason.SUPERSEDED, DELTA)]
)
def test_the_full_list_is_brought_forward_for_a_compromised_key_only(issuing, full, reason, expected):
    Revocation.objects.create(issuer_id=issuing.id, serial_number=OTHER, reason=int(reason), revoked_at=LATER)
    before = CrlIntent.objects.count()
    for _ in range(2):  # news may come twice
        services.bring_forward(
            issuer_id=issuing.id, serial_numbers=[OTHER], reason=reason, actor=WORKER, now=LATER
        )
    made = [row.shard for row in CrlIntent.objects.order_by("id")[before:]]
    partition = shard_of(OTHER, list_of(issuing.id, 1).rule.partitions)
    assert sorted(made) == sorted([expected, partition])


def test_news_of_a_release_comes_once(issuing, full):
    Suspension.objects.create(issuer_id=issuing.id, serial_number=OTHER, suspended_at=NOON)
    news = {"issuer_id": issuing.id, "serial_numbers": [OTHER], "actor": WORKER}
    services.bring_forward(**news, reason=CRLReason.CERTIFICATE_HOLD, now=LATER)
    Release.objects.create(
        suspended_at=NOON, issuer_id=issuing.id, serial_number=OTHER, released_at=LATER + A_SECOND
    )
    before = CrlIntent.objects.count()
    for _ in range(2):
        services.bring_forward(**news, reason=None, now=LATER + A_SECOND)
    assert CrlIntent.objects.count() == before + 2
    assert selectors.last_intent(issuing.id, DELTA, now=LATER + A_SECOND).number == 3


def test_full_list_and_delta_are_never_of_one_second(issuing, full):
    """Two hand-overs of one drain share their moment; one number for both would be wrong, and two of one second are."""
    serials = [OTHER, bytes.fromhex("42" + "33" * 15)]
    for serial_number, reason in zip(serials, (1, 4), strict=True):
        Revocation.objects.create(
            issuer_id=issuing.id, serial_number=serial_number, reason=reason, revoked_at=LATER
        )
    compromised, superseded = (
        CertificateRevoked(issuing.id, serial_number.hex(), reason)
        for serial_number, reason in zip(serials, (1, 4), strict=True)
    )
    publication.bring_crl_forward([compromised], LATER)
    before = CrlIntent.objects.count()

    with pytest.raises(NotYet):
        publication.bring_crl_forward([superseded], LATER + timedelta(milliseconds=900))
    with pytest.raises(SecondTaken):
        prepare(issuing, DELTA, now=LATER)
    assert CrlIntent.objects.count() == before
    publication.bring_crl_forward([superseded], LATER + A_SECOND)

    made = CrlIntent.objects.filter(shard__in=(FULL, DELTA), this_update__gte=LATER).order_by("number")
    assert [(one.shard, one.this_update) for one in made] == [(FULL, LATER), (DELTA, LATER + A_SECOND)]
    with pytest.raises(NotYet):
        services.prepare_all(issuer_id=issuing.id, actor=WORKER, now=LATER + A_SECOND)


def test_a_delta_that_is_due_with_its_full_list_comes_with_the_next_tick(issuing, full):
    much_later = NOON + timedelta(days=1)
    due = services.due_lists(now=much_later)
    assert {one.shard for one in due if one.authority.id == issuing.id} >= {FULL, DELTA}

    services.prepare_due(actor=WORKER, now=much_later)
    assert not CrlIntent.objects.filter(shard=DELTA).exists()
    services.prepare_due(actor=WORKER, now=much_later + A_SECOND)
    assert CrlIntent.objects.get(shard=DELTA).this_update == much_later + A_SECOND


def news_of(event, issuing, token, claimer, full):
    """What the world reads of the full list once the worker has heard of it, and signer and log have done their part."""
    handlers = {
        CertificateRevoked: publication.bring_crl_forward,
        CertificateSuspended: publication.list_suspended,
        CertificateReleased: publication.unlist_released,
    }
    handlers[type(event)]([event], LATER)
    sign(token, claimer)
    log_everything()
    publish(issuing, now=LATER)
    return told(read(full, "identity-1-full.crl"))


def test_what_a_restore_brings_back_from_before_the_full_list_is_on_the_next(issuing, full, token, claimer):
    yesterday = NOON - timedelta(days=1)
    Revocation.objects.create(issuer_id=issuing.id, serial_number=OTHER, reason=4, revoked_at=yesterday)
    news = CertificateRevoked(issuing.id, OTHER.hex(), 4, at=int(yesterday.timestamp()))

    assert (OTHER, CRLReason.SUPERSEDED) in news_of(news, issuing, token, claimer, full)
    before = CrlIntent.objects.count()
    publication.bring_crl_forward([news], LATER + A_SECOND)
    assert CrlIntent.objects.count() == before


def test_what_a_restore_holds_and_releases_from_before_the_full_list_shows_on_the_next(
    issuing, full, token, claimer
):
    yesterday = NOON - timedelta(days=1)
    Suspension.objects.create(issuer_id=issuing.id, serial_number=OTHER, suspended_at=yesterday)
    named = {"issuer_id": issuing.id, "serial_number": OTHER.hex(), "at": int(yesterday.timestamp())}
    on_hold = news_of(CertificateSuspended(**named), issuing, token, claimer, full)
    assert (OTHER, CRLReason.CERTIFICATE_HOLD) in on_hold

    Release.objects.create(
        issuer_id=issuing.id, serial_number=OTHER, suspended_at=yesterday, released_at=yesterday
    )
    on_list = news_of(CertificateReleased(**named), issuing, token, claimer, full)
    assert OTHER not in [serial_number for serial_number, _ in on_list]
