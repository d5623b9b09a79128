"""Files that went missing or were altered, and one that fails among many."""

import pytest

from authority.publication.lists_stage import first_lists
from authority.signing_stage import A_SECOND, NOON, Broken, log_everything
from chopmark.authority.kernel.actors import process
from chopmark.authority.publication import mending, repository, services, signing

WORKER = process("worker")


@pytest.fixture
def public(tmp_path, settings):
    settings.CHOPMARK_PUBLIC_DIR = tmp_path / "public"
    return tmp_path / "public"


@pytest.fixture
def published(issuing, token, claimer, public):
    services.prepare_due(actor=WORKER, now=NOON)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    log_everything()
    services.prepare_due(actor=WORKER, now=NOON + A_SECOND)
    return public


def mend(place=None):
    return mending.mend_published(place or mending.Place())


def test_it_works(published):
    assert mend() == 0


@pytest.mark.parametrize("name", ["crl/identity-1-full.crl", "crl/identity-1-3.crl", "ca/identity-1.crt"])
def test_a_file_that_is_missing_or_altered_is_written_again(published, name, as_process):
    was = (published / name).read_bytes()
    (published / name).unlink()
    with as_process("worker"):
        assert mend() == 1
    assert (published / name).read_bytes() == was
    (published / name).write_bytes(b"scribbled over")
    assert mend() == 1
    assert (published / name).read_bytes() == was


def test_a_worker_on_another_machine_has_its_own_copy(published, settings, tmp_path):
    settings.CHOPMARK_PUBLIC_DIR = tmp_path / "another machine"
    assert mend() > 0
    there, here = (
        {path.name: path.read_bytes() for path in one.glob("c*/*")}
        for one in (published, tmp_path / "another machine")
    )
    assert here == there
    assert mend() == 0


def test_one_list_that_fails_keeps_no_other_waiting(issuing, public, monkeypatch):
    real = services.prepare_crl

    def fail_for_one(**given):
        if (given["issuer_id"], given["shard"]) == (issuing.id, 0):
            raise Broken
        return real(**given)

    monkeypatch.setattr(services, "prepare_crl", fail_for_one)
    assert services.prepare_due(actor=WORKER, now=NOON) == len(first_lists()) - 1


def test_what_cannot_be_published_keeps_no_list_from_being_prepared(issuing, public, monkeypatch):
    def fail(**given):
        raise Broken

    monkeypatch.setattr(repository, "publish_authority", fail)
    log_everything()
    assert services.prepare_due(actor=WORKER, now=NOON) == len(first_lists())
