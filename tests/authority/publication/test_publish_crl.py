from datetime import timedelta

import pytest
from cryptography import x509

from authority.signing_stage import (
    A_SECOND,
    AN_HOUR,
    NOON,
    Broken,
    in_a_process_that_is_killed,
    it_fails,
    it_happens_and_then_fails,
    kill_this_process,
    leaves,
    living,
    log_everything,
    tags,
)
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.printing import shard_of
from chopmark.authority.kernel.actors import Actor, ActorKind, process
from chopmark.authority.kernel.models import Handover
from chopmark.authority.kernel.outbox import NotYet
from chopmark.authority.publication import handlers, publishing, selectors, services, signing
from chopmark.authority.publication.events import CrlSigned
from chopmark.authority.publication.lists import all_lists, list_of
from chopmark.authority.publication.models import (
    CertificatePublication,
    Crl,
    CrlClaim,
    CrlIntent,
    CrlPublication,
)
from chopmark.authority.revocation.events import CertificateRevoked
from chopmark.authority.revocation.models import Revocation
from chopmark.pki.crl import read_crl

WORKER = process("worker")
SERIAL = bytes.fromhex("40" + "11" * 15)
OTHER = bytes.fromhex("41" + "22" * 15)


@pytest.fixture
def public(tmp_path, settings):
    settings.CHOPMARK_PUBLIC_DIR = tmp_path / "public"
    return tmp_path / "public"


@pytest.fixture
def revoke(issuing):
    def revoke(serial_number=SERIAL, at=NOON, reason=1):
        Revocation.objects.create(
            issuer_id=issuing.id, serial_number=serial_number, reason=reason, revoked_at=at
        )

    return revoke


def prepare(issuing, shard=0, now=NOON):
    return services.prepare_crl(issuer_id=issuing.id, shard=shard, actor=WORKER, now=now)


def publish(issuing, shard=0, now=NOON):
    return publishing.publish_crl(issuer_id=issuing.id, shard=shard, actor=WORKER, now=now)


def published(public, name="identity-1-full.crl"):
    return x509.load_der_x509_crl((public / "crl" / name).read_bytes())


def numbers():
    return [(row.issuer_id, row.shard, row.number) for row in Crl.objects.order_by("id")]


def require_oracle():
    """Every key use is a list or a spent claim, and no number was used twice."""
    claims = [(row.issuer_id, row.shard, row.number) for row in CrlClaim.objects.all()]
    assert len(set(claims)) == len(claims)
    assert set(numbers()) <= set(claims)
    assert selectors.key_uses() == len(claims)


def test_it_works(issuing, revoke, token, claimer, public):
    revoke()
    prepare(issuing)

    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 1
    log_everything()
    assert publish(issuing)

    crl = published(public)
    authority = x509.load_der_x509_certificate(issuing.certificate_der)
    assert crl.is_signature_valid(authority.public_key())
    assert crl.get_revoked_certificate_by_serial_number(int.from_bytes(SERIAL, "big"))
    assert crl.next_update_utc == NOON + timedelta(hours=24)
    assert tags()[-3:] == ["crl:intended", "crl:signed", "crl:published"]
    require_oracle()


def test_the_leaf_names_issuer_list_and_number(issuing, token, claimer):
    prepare(issuing)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    row, leaf = Crl.objects.get(), leaves()[-1]
    assert leaf.public == {"issuer": issuing.id, "shard": 0, "number": 1, "sha256": bytes(row.sha256).hex()}
    assert Handover.objects.get(name="crl.signed").facts == {"issuer_id": issuing.id, "shard": 0, "number": 1}


def test_a_partition_holds_its_own_and_says_which_it_is(issuing, revoke, token, claimer, public):
    revoke()
    partitions = list_of(issuing.id, 1).rule.partitions
    mine = shard_of(SERIAL, partitions)
    another = mine % partitions + 1
    for shard in (mine, another):
        prepare(issuing, shard)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    log_everything()
    assert publish(issuing, mine) and publish(issuing, another)

    assert len(published(public, f"identity-1-{mine}.crl")) == 1
    assert len(published(public, f"identity-1-{another}.crl")) == 0
    point = published(public, f"identity-1-{mine}.crl").extensions.get_extension_for_class(
        x509.IssuingDistributionPoint
    )
    assert point.critical
    assert point.value.full_name[0].value.endswith(f"/crl/identity-1-{mine}.crl")


def test_nothing_is_published_before_its_leaf_is_under_a_checkpoint(issuing, token, claimer, public):
    prepare(issuing)
    signing.run_once(token=token, now=NOON, claimer=claimer)

    assert not publish(issuing)
    with pytest.raises(NotYet):
        handlers.publish_crls([CrlSigned(issuing.id, 0, 1)], NOON)

    assert not public.exists()
    log_everything()
    handlers.publish_crls([CrlSigned(issuing.id, 0, 1)], NOON)
    handlers.publish_crls([CrlSigned(issuing.id, 0, 1)], NOON)  # delivered twice
    assert CrlPublication.objects.count() == 1


def test_numbers_grow_within_a_list(issuing, token, claimer):
    for minute in range(3):
        prepare(issuing, now=NOON + timedelta(minutes=minute))
        signing.run_once(token=token, now=NOON, claimer=claimer)
    assert [number for _, _, number in numbers()] == [1, 2, 3]


def test_an_older_list_never_lands_on_a_newer(issuing, revoke, token, claimer, public):
    prepare(issuing)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    revoke(at=NOON + A_SECOND)
    prepare(issuing, now=NOON + 2 * A_SECOND)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    log_everything()

    assert publish(issuing)
    assert not publish(issuing)

    assert len(published(public)) == 1
    assert CrlPublication.objects.get().number == 2


def test_of_several_waiting_intents_only_the_newest_is_signed(issuing, token, claimer):
    prepare(issuing)
    prepare(issuing, now=NOON + A_SECOND)
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 1
    assert [number for _, _, number in numbers()] == [2]
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0


def test_the_signer_refuses_an_entry_that_is_no_revocation(issuing, revoke, token, claimer):
    revoke()
    intent = prepare(issuing)
    CrlIntent.objects.create(
        issuer_id=issuing.id,
        shard=0,
        number=2,
        this_update=intent.this_update,
        next_update=intent.next_update,
        intended_at=NOON,
        tbs_cert_list=bytes(intent.tbs_cert_list)
        .replace(SERIAL, OTHER)
        .replace(bytes.fromhex("0603551d140403020101"), bytes.fromhex("0603551d140403020102")),
    )

    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0

    assert leaves()[-1].refused == "crl_not_ours"
    assert CrlClaim.objects.count() == 1 and not Crl.objects.exists()


def test_the_signer_refuses_a_list_that_leaves_a_revocation_out(issuing, revoke, token, claimer):
    intent = prepare(issuing)
    revoke(at=NOON - AN_HOUR)
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert leaves()[-1].refused == "crl_not_ours"
    assert bytes(intent.tbs_cert_list)


def test_a_revocation_that_commits_while_a_list_is_made_waits_for_the_next(issuing, revoke, token, claimer):
    prepare(issuing)
    revoke(at=NOON - A_SECOND)
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 1


def test_a_refused_list_is_prepared_again_after_a_while(issuing, revoke, token, claimer):
    prepare(issuing, now=NOON - A_SECOND)
    prepare(issuing)
    revoke(at=NOON - AN_HOUR)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    mine = list_of(issuing.id, 0)
    assert mine not in services.due_lists(now=NOON + timedelta(minutes=9))

    later = NOON + timedelta(minutes=10)
    assert mine in services.due_lists(now=later)
    prepare(issuing, now=later)
    signing.run_once(token=token, now=later, claimer=claimer)

    assert numbers() == [(issuing.id, 0, 3)]
    require_oracle()


def test_a_list_of_another_issuer_is_refused(issuing, token, claimer):
    intent = prepare(issuing)
    other = custody.authority_by_slug("tls-1")
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
    assert leaves()[-1].refused == "door_refused"
    assert numbers() == [(issuing.id, 0, 1)]


def test_news_brings_the_lists_forward_once(issuing, revoke):
    revoke()
    news = [CertificateRevoked(issuing.id, SERIAL.hex(), 1)]

    handlers.bring_crl_forward(news, NOON)
    handlers.bring_crl_forward(news, NOON + A_SECOND)

    assert CrlIntent.objects.count() == 2  # the full list and the partition
    for intent in CrlIntent.objects.all():
        assert SERIAL in bytes(intent.tbs_cert_list)


def test_every_list_is_due_at_first_and_none_right_after(issuing, token, claimer):
    assert services.prepare_due(actor=WORKER, now=NOON) == len(list(all_lists()))
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
    root = next(one for one in all_lists() if one.authority.is_root)
    late = NOON + root.valid_for * 3 / 4 + A_SECOND
    assert root.authority.id in {one.authority.id for one in services.due_lists(now=late)}
    assert late < NOON + root.valid_for


def test_an_operator_may_publish_now_and_an_officer_may_not(issuing):
    operator = Actor(
        kind=ActorKind.OPERATOR, id="30001", permissions=frozenset({"console:crl:publish"}), outlet=None
    )
    assert services.publish_now(issuer_id=issuing.id, actor=operator, now=NOON) == 9
    with pytest.raises(Exception, match="permission"):
        services.publish_now(issuer_id=issuing.id, actor=Actor(kind=ActorKind.OFFICER, id="20417"), now=NOON)


def test_authority_certificates_are_public_before_their_address_is_printed(issuing, public):
    assert publishing.publish_authorities(actor=WORKER, now=NOON) == 0
    log_everything()
    assert publishing.publish_authorities(actor=WORKER, now=NOON) == 4
    assert publishing.publish_authorities(actor=WORKER, now=NOON) == 0
    assert (public / "ca" / "identity-1.crt").read_bytes() == issuing.certificate_der
    assert CertificatePublication.objects.count() == 4


@pytest.mark.parametrize("breaking", [lambda real: it_fails, it_happens_and_then_fails])
def test_a_file_that_could_not_be_written_is_written_again(
    issuing, token, claimer, public, monkeypatch, breaking
):
    prepare(issuing)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    log_everything()
    real = publishing.durable.write
    monkeypatch.setattr(publishing.durable, "write", breaking(real))
    with pytest.raises(Broken):
        publish(issuing)
    assert not CrlPublication.objects.exists()
    monkeypatch.setattr(publishing.durable, "write", real)

    assert publish(issuing)

    assert read_crl((public / "crl" / "identity-1-full.crl").read_bytes()).facts.number == 1
    assert [found.name for found in (public / "crl").iterdir()] == ["identity-1-full.crl"]
    assert CrlPublication.objects.count() == 1
    require_oracle()


@pytest.mark.parametrize("breaking", [lambda real: it_fails, it_happens_and_then_fails])
def test_a_token_that_failed_spends_the_number(issuing, token, monkeypatch, breaking):
    real = token.sign
    with living() as dying:
        prepare(issuing)
        monkeypatch.setattr(token, "sign", breaking(real))
        with pytest.raises(Broken):
            signing.run_once(token=token, now=NOON, claimer=dying)
        assert services.due_lists(now=NOON) == [one for one in all_lists() if one != list_of(issuing.id, 0)]
    monkeypatch.setattr(token, "sign", real)

    assert list_of(issuing.id, 0) in services.due_lists(now=NOON)  # its signer is gone
    prepare(issuing)
    with living() as next_one:
        assert signing.run_once(token=token, now=NOON, claimer=next_one) == 1

    assert numbers() == [(issuing.id, 0, 2)]
    assert CrlClaim.objects.count() == 2
    require_oracle()


@pytest.mark.django_db(transaction=True)
def test_kill_9_between_claim_and_record_leaves_a_spent_claim(issuing, token, monkeypatch):
    prepare(issuing)
    monkeypatch.setattr(token, "sign", kill_this_process)

    def sign():
        with living() as number:
            signing.run_once(token=token, now=NOON, claimer=number)

    in_a_process_that_is_killed(sign)
    monkeypatch.undo()

    assert CrlClaim.objects.count() == 1 and not Crl.objects.exists()
    assert selectors.last_intent(issuing.id, 0, now=NOON) is None
    prepare(issuing)
    with living() as number:
        assert signing.run_once(token=token, now=NOON, claimer=number) == 1
    assert numbers() == [(issuing.id, 0, 2)]
    require_oracle()
