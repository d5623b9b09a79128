"""Making a list, having it signed, and making it public."""

from datetime import timedelta

import pytest
from cryptography import x509

from authority.publication.lists_stage import (
    SERIAL,
    numbers,
    prepare,
    publish,
    published,
    require_oracle,
)
from authority.signing_stage import (
    A_SECOND,
    NOON,
    leaves,
    log_everything,
    tags,
)
from chopmark.authority.custody.printing import shard_of
from chopmark.authority.kernel.models import Handover
from chopmark.authority.kernel.outbox import NotYet
from chopmark.authority.publication import handlers, signing
from chopmark.authority.publication.events import CrlSigned
from chopmark.authority.publication.lists import list_of
from chopmark.authority.publication.models import (
    Crl,
    CrlPublication,
)


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
