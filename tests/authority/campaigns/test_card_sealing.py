"""The signer seals keys to the bureau that operators approved, of the lines that they approved, once."""

from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.db import connection
from django.db.utils import ProgrammingError

from authority.campaigns.card_stage import read_response, requests
from authority.signing_stage import in_a_process_that_is_killed, kill_this_process, log_everything, tags
from chopmark.authority.campaigns import card_planning, card_selectors, card_signing, selectors, signing
from chopmark.authority.campaigns.models import CardResponse, CardSealRequest, SealedCards
from chopmark.authority.custody.errors import KeyNotInToken
from chopmark.authority.keymaking import pool_signing
from chopmark.authority.keymaking.models import SealedPoolKey, WrappedPoolKey
from world import NOON, at


@pytest.fixture
def filled(bureau):
    bureau.fills(5)
    return bureau


def in_the_tables(table, assignment, values):
    """Somebody with the database in his hand."""
    with connection.cursor() as cursor:
        cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(f"update {table} set {assignment}", values)
        cursor.execute(f"alter table {table} enable trigger user")


def certified_only(filled, lines=1):
    """Certificates are recorded and asked to be sealed, and the signer has not looked."""
    asked = [filled.ours(f"R{number}") for number in range(lines)]
    campaign = filled.begins(requests(asked), *filled.sealing())
    filled.drive.works(campaign)
    with at("signer"):
        signing._sign_one(filled.drive.world.token, NOON, 1)
    filled.drive.world.hears()
    assert CardSealRequest.objects.count() == 1
    return campaign


def seals(filled, now=NOON):
    with at("signer"):
        return card_signing.seal_one(token=filled.drive.world.token, now=now)


def test_the_signer_seals_to_nobody_but_whom_operators_approved(filled):
    campaign = certified_only(filled)
    thief = rsa.generate_private_key(65537, 3072)
    in_the_tables("campaigns_cardbatch", "transport_certificate = %s", [filled.certificate(key=thief)])
    assert seals(filled) == 0
    assert SealedCards.objects.get().code == "campaign_not_proven"
    assert not SealedPoolKey.objects.exists()
    filled.finishes(campaign)
    _, lines = read_response(filled.response(campaign)[1])
    assert lines == [["R0", "failed", "campaign_not_proven"]]


def test_the_signer_seals_to_no_certificate_that_has_expired_since(filled):
    certified_only(filled)
    assert seals(filled, NOON + timedelta(days=366)) == seals(filled) == 0
    assert SealedCards.objects.get().code == "transport_certificate_unfit"
    assert not SealedPoolKey.objects.exists()


def test_the_signer_seals_to_no_certificate_that_no_dry_run_would_take(filled, monkeypatch):
    monkeypatch.setattr(card_planning, "require_transport_certificate", lambda *_: None)
    monkeypatch.setattr(filled, "transport_key", ec.generate_private_key(ec.SECP256R1()))
    certified_only(filled)
    assert seals(filled) == 0
    assert SealedCards.objects.get().code == "transport_certificate_unfit"


def test_the_signer_seals_no_key_of_another_line(filled):
    certified_only(filled)
    in_the_tables("keymaking_pooldraw", "pool_key_id = (select max(id) from keymaking_poolkey)", [])
    assert seals(filled) == 0
    assert SealedCards.objects.get().code == "campaign_not_proven"
    assert not SealedPoolKey.objects.exists()


def test_a_request_to_seal_what_is_no_bureaus_is_refused_once(filled, certified):
    with at("worker"):
        CardSealRequest.objects.create(campaign_id=certified.pk, number=0, requested_at=NOON)
    assert seals(filled) == seals(filled) == 0
    assert SealedCards.objects.get().code == "campaign_not_proven"


def test_what_is_not_certified_yet_is_not_sealed_whatever_the_worker_says(filled):
    campaign = filled.begins(requests([filled.ours("R1")]), *filled.sealing())
    with at("worker"):
        CardSealRequest.objects.create(campaign_id=campaign.pk, number=0, requested_at=NOON)
    assert seals(filled) == 0 and not SealedCards.objects.exists()
    filled.finishes(campaign)
    assert SealedCards.objects.get().count == 1


def test_while_the_token_is_away_nothing_is_refused(filled, monkeypatch):
    certified_only(filled)
    before = tags()
    with monkeypatch.context() as away:
        away.setattr(
            filled.drive.world.token,
            "handle",
            lambda label: (_ for _ in ()).throw(KeyNotInToken(label=label)),
        )
        assert seals(filled) == seals(filled) == 0
    assert not SealedCards.objects.exists()
    assert tags() == before  # nor does the log grow by a refusal in each round
    assert seals(filled) == 1


def test_a_sealing_that_breaks_off_leaves_our_copy_for_the_next(filled, monkeypatch):
    certified_only(filled, 2)
    real, sealed = pool_signing.seal_to_bureau, []

    def breaking(*args, **kwargs):
        sealed.append(real(*args, **kwargs))
        if len(sealed) == 2:
            raise ConnectionError
        return sealed[-1]

    with monkeypatch.context() as broken, pytest.raises(ConnectionError):
        broken.setattr(pool_signing, "seal_to_bureau", breaking)
        seals(filled)
    assert not SealedPoolKey.objects.exists() and WrappedPoolKey.objects.count() == 5
    assert seals(filled) == 2
    assert SealedPoolKey.objects.count() == 2 and WrappedPoolKey.objects.count() == 3


def test_no_response_before_all_is_sealed_and_in_the_log(filled):
    campaign = certified_only(filled)
    log_everything()
    assert selectors.progress(campaign).state == "finished"
    assert "cards_not_ready" in filled.response(campaign, ok=False)
    assert seals(filled) == 1
    assert "cards_not_ready" in filled.response(campaign, ok=False)
    log_everything()
    assert filled.response(campaign)[0]["issued"] == 1


def test_what_is_sealed_while_a_response_is_written_waits_for_the_log_too(filled, monkeypatch):
    campaign = certified_only(filled)
    log_everything()
    real = card_selectors.require_answerable

    def at_the_first(asked):
        monkeypatch.setattr(card_selectors, "require_answerable", real)
        real(asked)
        assert seals(filled) == 1

    monkeypatch.setattr(card_selectors, "require_answerable", at_the_first)
    assert "cards_not_ready" in filled.response(campaign, ok=False)
    assert not CardResponse.objects.exists() and not (filled.folder / "response").exists()
    log_everything()
    assert filled.response(campaign)[0]["issued"] == 1


@pytest.mark.parametrize("process", ["web", "worker", "responder", "operator"])
def test_no_process_but_the_signer_seals(filled, process):
    with pytest.raises(ProgrammingError, match="permission denied"), at(process):
        SealedCards.objects.bulk_create([SealedCards()])


@pytest.mark.django_db(transaction=True)
def test_a_signer_that_is_killed_while_it_seals_loses_no_key(filled, monkeypatch):
    certified_only(filled, 2)
    real, sealed = pool_signing.seal_to_bureau, []

    def at_the_second(*args, **kwargs):
        sealed.append(real(*args, **kwargs))
        return kill_this_process() if len(sealed) == 2 else sealed[-1]

    def work():
        monkeypatch.setattr(pool_signing, "seal_to_bureau", at_the_second)
        card_signing.seal_one(token=filled.drive.world.token, now=NOON)

    in_a_process_that_is_killed(work)
    assert not SealedPoolKey.objects.exists() and WrappedPoolKey.objects.count() == 5
    assert seals(filled) == 2
    assert SealedPoolKey.objects.count() == 2 and WrappedPoolKey.objects.count() == 3
