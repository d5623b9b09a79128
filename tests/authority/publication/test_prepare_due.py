"""When a list is due, and what never replaces what."""

from datetime import timedelta

import pytest

from authority.publication.lists_stage import (
    SERIAL,
    WORKER,
    first_lists,
    forge,
    numbers,
    prepare,
    publish,
)
from authority.signing_stage import (
    A_SECOND,
    AN_HOUR,
    NOON,
    Broken,
    it_fails,
    leaves,
    living,
    log_everything,
)
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.crl_signing import SoFar, sign_crl
from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.publication import handlers, repository, services, signing
from chopmark.authority.publication.events import CrlPublicationAsked
from chopmark.authority.publication.lists import list_of
from chopmark.authority.publication.models import (
    CertificatePublication,
    CrlIntent,
)
from chopmark.authority.revocation.events import CertificateRevoked
from chopmark.pki.crl import CRLReason, read_crl


def test_news_whose_signer_died_does_not_wait_for_a_slot(issuing, revoke, token, claimer, monkeypatch):
    services.prepare_due(actor=WORKER, now=NOON)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    revoke(at=NOON + A_SECOND)
    later = NOON + 2 * A_SECOND
    services.bring_forward(
        issuer_id=issuing.id,
        serial_numbers=[SERIAL],
        reason=CRLReason.KEY_COMPROMISE,
        actor=WORKER,
        now=later,
    )
    with living() as dying, monkeypatch.context() as broken:
        broken.setattr(token, "sign", it_fails)
        with pytest.raises(Broken):
            signing.run_once(token=token, now=later, claimer=dying)

    assert services.due_lists(now=later) == [list_of(issuing.id, 0)]


def test_news_that_was_refused_does_not_wait_for_a_slot(issuing, revoke, token, claimer):
    services.prepare_due(actor=WORKER, now=NOON)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    prepare(issuing, now=NOON + A_SECOND)
    revoke(at=NOON - AN_HOUR)
    signing.run_once(token=token, now=NOON + A_SECOND, claimer=claimer)

    assert services.due_lists(now=NOON + timedelta(minutes=9)) == []
    assert services.due_lists(now=NOON + timedelta(minutes=11)) == [list_of(issuing.id, 0)]


def test_a_list_that_is_public_is_not_replaced_by_one_with_a_lower_number(issuing, token, claimer, public):
    """The database was restored from a backup of before the list that the world has."""
    ahead = build_and_sign(issuing, token, number=41)
    (public / "crl").mkdir(parents=True)
    (public / "crl" / "identity-1-full.crl").write_bytes(ahead)
    forge(issuing, number=1)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    log_everything()

    assert not publish(issuing)
    assert (public / "crl" / "identity-1-full.crl").read_bytes() == ahead

    assert prepare(issuing).number == 42
    signing.run_once(token=token, now=NOON, claimer=claimer)
    log_everything()
    assert publish(issuing)
    assert read_crl((public / "crl" / "identity-1-full.crl").read_bytes()).facts.number == 42


def test_a_stranger_s_list_in_the_folder_counts_for_nothing(issuing, token, public):
    strange = build_and_sign(custody.authority_by_slug("tls-1"), token, number=2**62)
    (public / "crl").mkdir(parents=True)
    (public / "crl" / "identity-1-full.crl").write_bytes(strange)
    assert prepare(issuing).number == 1


def build_and_sign(issuing, token, *, number):
    """A list as it was before the restore."""
    intent = CrlIntent(
        issuer_id=issuing.id, shard=0, number=number, this_update=NOON, next_update=NOON + AN_HOUR
    )
    so_far = SoFar(number=number - 1, this_update=None, valid_for=AN_HOUR)
    tbs = services._build(list_of(issuing.id, 0), intent)
    return sign_crl(tbs, issuer=issuing, so_far=so_far, token=token, now=NOON)


def test_a_list_of_another_issuer_is_refused(issuing, token, claimer):
    mine, other = custody.authority_by_slug("tls-1"), custody.authority_by_slug("tls-root")
    intent = prepare(mine)
    CrlIntent.objects.create(
        issuer_id=other.id,
        shard=0,
        number=1,
        this_update=intent.this_update,
        next_update=intent.next_update,
        tbs_cert_list=intent.tbs_cert_list,
        intended_at=NOON,
    )
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 1
    assert leaves()[-1].refused == "crl_not_ours"
    assert numbers() == [(mine.id, 0, 1)]


def test_news_brings_the_lists_forward_once(issuing, revoke):
    revoke()
    news = [CertificateRevoked(issuing.id, SERIAL.hex(), 1)]

    handlers.bring_crl_forward(news, NOON)
    handlers.bring_crl_forward(news, NOON + A_SECOND)

    assert CrlIntent.objects.count() == 2  # the full list and the partition
    for intent in CrlIntent.objects.all():
        assert SERIAL in bytes(intent.tbs_cert_list)


def test_every_list_is_due_at_first_and_none_right_after(issuing, token, claimer):
    assert services.prepare_due(actor=WORKER, now=NOON) == len(first_lists())
    signing.run_once(token=token, now=NOON, claimer=claimer)
    assert services.prepare_due(actor=WORKER, now=NOON + A_SECOND) == 0


def test_a_slot_makes_its_lists_due_and_roots_wait_for_a_ceremony(issuing, token, claimer):
    services.prepare_due(actor=WORKER, now=NOON)  # 12:00 in Hong Kong
    signing.run_once(token=token, now=NOON, claimer=claimer)
    after_slot = NOON + timedelta(hours=2, minutes=15)  # 14:15

    due = services.due_lists(now=after_slot)

    assert services.due_lists(now=after_slot - A_SECOND) == []
    assert {one.authority.slug for one in due} == {"identity-1", "tls-1"}


def test_next_update_never_passes_even_if_no_slot_comes(issuing, token, claimer):
    services.prepare_due(actor=WORKER, now=NOON)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    root = next(one for one in first_lists() if one.authority.is_root)
    late = NOON + root.valid_for * 3 / 4 + A_SECOND
    assert root.authority.id in {one.authority.id for one in services.due_lists(now=late)}
    assert late < NOON + root.valid_for


def test_an_operator_may_publish_now_and_an_officer_may_not(issuing):
    operator = Actor(
        kind=ActorKind.OPERATOR, id="30001", permissions=frozenset({"console:crl:publish"}), outlet=None
    )
    assert services.publish_now(issuer_id=issuing.id, actor=operator, now=NOON) == 9
    assert not CrlIntent.objects.exists()
    handlers.prepare_asked([CrlPublicationAsked(issuing.id)], NOON)
    assert CrlIntent.objects.count() == 9
    with pytest.raises(Exception, match="permission"):
        services.publish_now(issuer_id=issuing.id, actor=Actor(kind=ActorKind.OFFICER, id="20417"), now=NOON)


def test_authority_certificates_are_public_before_their_address_is_printed(issuing, public):
    assert repository.publish_authorities(actor=WORKER, now=NOON) == 0
    log_everything()
    assert repository.publish_authorities(actor=WORKER, now=NOON) == 4
    assert repository.publish_authorities(actor=WORKER, now=NOON) == 0
    assert (public / "ca" / "identity-1.crt").read_bytes() == issuing.certificate_der
    assert CertificatePublication.objects.count() == 4
