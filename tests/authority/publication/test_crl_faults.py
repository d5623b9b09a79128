"""Each effect outside the transaction: it failed; it failed but happened; the process was killed."""

import pytest

from authority.publication.lists_stage import first_lists, numbers, prepare, publish, require_oracle
from authority.signing_stage import (
    NOON,
    Broken,
    in_a_process_that_is_killed,
    it_fails,
    it_happens_and_then_fails,
    kill_this_process,
    living,
    log_everything,
)
from chopmark.authority.publication import files, selectors, services, signing
from chopmark.authority.publication.lists import list_of
from chopmark.authority.publication.models import (
    Crl,
    CrlClaim,
    CrlPublication,
)
from chopmark.pki.crl import read_crl


@pytest.mark.parametrize("breaking", [lambda real: it_fails, it_happens_and_then_fails])
def test_a_file_that_could_not_be_written_is_written_again(
    issuing, token, claimer, public, monkeypatch, breaking
):
    prepare(issuing)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    log_everything()
    real = files.durable.write
    monkeypatch.setattr(files.durable, "write", breaking(real))
    with pytest.raises(Broken):
        publish(issuing)
    assert not CrlPublication.objects.exists()
    monkeypatch.setattr(files.durable, "write", real)

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
        assert services.due_lists(now=NOON) == [one for one in first_lists() if one != list_of(issuing.id, 0)]
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
