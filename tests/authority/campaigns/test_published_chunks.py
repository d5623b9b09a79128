"""What holders of a campaign's certificates accepted by their agreement stands in the repository, each time in one act."""

import pytest
from django.db import connection

from campaign_stage import cards
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.publication import repository
from chopmark.authority.publication.errors import CertificateNotAccepted
from chopmark.authority.publication.mending import Place, mend_published
from chopmark.authority.publication.models import CertificatePublication
from chopmark.authority.revocation.services import revoke_declined
from oracle import ask
from unchanged import refused
from world import NOON, WORKER, at, leaf_count


def span():
    """The references of the lines that have a certificate, first and last."""
    references = sorted(Certificate.objects.values_list("application_reference", flat=True))
    return references[0], references[-1]


def test_a_chunk_is_published_once_and_what_broke_off_again(world, settings, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(repository.files, "put_all", lambda _: 1 / 0)
        cards(world)
    public = settings.CHOPMARK_PUBLIC_DIR / "repository"
    assert not CertificatePublication.objects.filter(issuer_id=Certificate.objects.first().issuer_id).exists()
    with at("worker"):
        repository.publish_span(*span(), actor=WORKER, now=NOON)
    done = CertificatePublication.objects.count(), leaf_count()
    with at("worker"):
        repository.publish_span(*span(), actor=WORKER, now=NOON)
    assert (CertificatePublication.objects.count(), leaf_count()) == done
    for one in Certificate.objects.all():
        path = public / f"{bytes(one.serial_number).hex().upper()}.crt"
        assert path.read_bytes() == bytes(one.certificate_der)
    ask()


@pytest.mark.parametrize("place", [Place(walked=10**9, heard=0), Place(walked=0, heard=10**9)])
def test_a_worker_on_another_machine_follows(world, settings, tmp_path, place):
    """Behind what is new, and round and round through all."""
    cards(world)
    here = {path.name for path in (settings.CHOPMARK_PUBLIC_DIR / "repository").iterdir()}
    settings.CHOPMARK_PUBLIC_DIR = tmp_path / "another machine"
    with at("worker"):
        assert mend_published(place) == len(here) > 0
        assert mend_published(place) == 0
    assert {path.name for path in (settings.CHOPMARK_PUBLIC_DIR / "repository").iterdir()} == here


def test_a_leaf_for_the_published_promises_each_row(world):
    cards(world)
    with connection.cursor() as cursor:
        cursor.execute("alter table publication_certificatepublication disable trigger user")
        cursor.execute(
            "update publication_certificatepublication set published_at = published_at - interval '1 day'"
        )
        cursor.execute("alter table publication_certificatepublication enable trigger user")
    with pytest.raises(AssertionError, match="no leaf of the log speaks of it as it is"):
        ask()


def test_what_is_revoked_by_then_is_not_published(world, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(repository.files, "put_all", lambda _: 1 / 0)
        cards(world)
    gone = Certificate.objects.first()
    with at("worker"):
        revoke_declined(
            issuer_id=gone.issuer_id, serial_number=bytes(gone.serial_number), actor=WORKER, now=NOON
        )
    with at("worker"):
        repository.publish_span(*span(), actor=WORKER, now=NOON)
    published = CertificatePublication.objects.filter(issuer_id=gone.issuer_id)
    assert {bytes(one.serial_number) for one in published} == {
        bytes(one.serial_number) for one in Certificate.objects.exclude(pk=gone.pk)
    }


def test_what_nobody_accepted_is_not_published(certified):
    with refused(CertificateNotAccepted), at("worker"):
        repository.publish_span(*span(), actor=WORKER, now=NOON)
