"""Cards whose chips make no key: one of our pool each, certified, sealed to the bureau, and gone once the bureau has it."""

import base64
import json
from datetime import timedelta
from functools import partial

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from django.db import connection, connections
from django.db.utils import ProgrammingError
from django.utils import translation

from authority.campaigns.card_stage import read_response, requests
from authority.campaigns.test_workers import at_once
from authority.signing_stage import tags
from campaign_stage import GRANT
from chopmark.authority import pipeline
from chopmark.authority.audit.models import Leaf, Payload
from chopmark.authority.campaigns import card_handlers, card_planning, cards, selectors, signing
from chopmark.authority.campaigns.card_files import Asked
from chopmark.authority.campaigns.card_planning import Ours
from chopmark.authority.campaigns.models import (
    Campaign,
    CardBatch,
    SealedCards,
)
from chopmark.authority.campaigns.planning import Wanted
from chopmark.authority.custody.token import KeyAlgorithm
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.keymaking import pool
from chopmark.authority.keymaking.models import (
    PoolDraw,
    PoolKey,
    PoolPurge,
    PoolPurgeRequest,
    SealedPoolKey,
    Why,
    WrappedPoolKey,
)
from chopmark.authority.revocation.events import CertificateRevoked, HoldersToTell
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.web.console.plans import agreed_to
from world import NOON, at


@pytest.fixture
def filled(bureau):
    bureau.fills(5)
    return bureau


@pytest.fixture
def done(filled):
    """Three cards, the second with a chip that made its key; finished."""
    return filled.done(requests([filled.ours("R1"), filled.chip("R2"), filled.ours("R3")]), *filled.sealing())


def certificate(line):
    return x509.load_der_x509_certificate(base64.b64decode(line[2]))


def counts():
    status = pool.status()["P-256"]
    return status.free, status.used, status.purged


def test_it_works(filled, done):
    _, octets = filled.response(done)

    head, lines = read_response(octets)
    assert (head["issued"], head["failed"]) == ("3", "0")
    assert [len(line) for line in lines] == [4, 3, 4]
    for line in (lines[0], lines[2]):
        assert filled.opens(line[3]).public_key() == certificate(line).public_key()
    assert counts() == (3, 2, 0)
    assert WrappedPoolKey.objects.count() == 3  # of those that are free
    assert SealedPoolKey.objects.count() == SealedCards.objects.get().count == 2


def test_what_operators_approve_says_whose_keys_they_are(filled, done):
    terms = selectors.terms_of(done)
    transport = (filled.folder / "transport.der").read_bytes()
    assert terms["keys_drawn"] == 2
    assert terms["key_algorithm"] == "P-256"
    assert terms["made_by_us_under"] == "terms 1"
    assert terms["transport_sha256"] == card_planning.sha256(transport).hexdigest()


@pytest.mark.parametrize(
    ("language", "bureau_label", "batch_label"),
    [("en", "Card bureau", "Batch"), ("zh-hant", "製卡商", "批次")],
)
def test_the_console_shows_bureau_batch_and_to_whom_keys_go(
    filled, done, language, bureau_label, batch_label
):
    with at("web"), translation.override(language):
        shown = {str(fact.label): fact.values for fact in agreed_to(done)}
    assert (shown[bureau_label], shown[batch_label]) == (("CARDCO",), ("2026-0001",))
    said = {value for values in shown.values() for value in values}
    assert selectors.terms_of(done)["transport_sha256"] in said
    assert not {"transport_sha256", "keys_drawn", "requests_sha256", "made_by_us_under"} & shown.keys()


def test_the_same_response_again_has_the_same_octets(filled, done):
    _, first = filled.response(done)
    _, second = filled.response(done, name="again")
    assert first == second


def test_when_the_bureau_has_it_no_copy_is_left(filled, done):
    said, _ = filled.response(done)
    filled.types("acknowledge", done.reference, "--digest", said["sha256"])
    filled.drive.world.turns()
    assert not SealedPoolKey.objects.exists()
    assert counts() == (3, 0, 2)
    assert set(PoolPurge.objects.values_list("why", flat=True)) == {Why.DELIVERED}
    assert tags().count("key_pool:purged") == 1
    assert "cards_acknowledged" in filled.response(done, ok=False)


def test_records_alone_take_a_key_each(filled):
    people = [filled.drive.person() for _ in range(2)]
    lines = "".join(f"{record}\n" for record in ["# whose", *people]).encode()
    campaign = filled.done(
        lines, "--input", "records", "--bureau", "CARDCO", "--batch", "7", *filled.sealing()
    )
    _, octets = filled.response(campaign)
    head, answered = read_response(octets)
    assert (head["bureau"], head["batch"]) == ("CARDCO", "7")
    assert [line[0] for line in answered] == [record.hex.upper() for record in people]
    assert [len(line) for line in answered] == [4, 4]
    assert campaign.input == Campaign.Input.RECORDS


@pytest.mark.parametrize("algorithm", ["P-256", "RSA-2048"])
def test_an_identity_cards_key_is_of_the_kind_that_was_asked_for(bureau, algorithm):
    bureau.fills(1, algorithm)
    asked = () if algorithm == "P-256" else ("--algorithm", algorithm)  # otherwise what the type says
    campaign = bureau.done(requests([bureau.ours("R1")]), "--type", "smart-id", *bureau.sealing(), *asked)
    ((_, said, certified, sealed),) = read_response(bureau.response(campaign)[1])[1]
    assert said == "issued"
    key = bureau.opens(sealed)
    assert key.public_key() == certificate(["", "", certified]).public_key()
    assert isinstance(key, ec.EllipticCurvePrivateKey if algorithm == "P-256" else rsa.RSAPrivateKey)


def test_a_file_of_records_says_a_bureau_and_a_batch(filled):
    assert "--bureau and --batch" in filled.plans(b"", "--input", "records", ok=False)
    assert "line 1" in filled.plans(
        b"nobody\n", "--input", "records", "--bureau", "CO", "--batch", "1", ok=False
    )
    said = filled.plans(b"\n", "--input", "records", "--bureau", "co", "--batch", "1", ok=False)
    assert "card_header_malformed" in said


def test_there_must_be_keys_enough(filled):
    lines = requests([filled.ours(f"R{number}") for number in range(6)])
    said = filled.plans(lines, *filled.sealing(), ok=False)
    assert "pool_short (algorithm P-256, free 5, needed 6)" in said
    assert not Campaign.objects.exists() and not PoolDraw.objects.exists()


def test_without_the_bureaus_certificate_no_key_is_ours(filled):
    lines = requests([filled.ours("R1")])
    assert "transport_certificate_unfit" in filled.plans(lines, ok=False)
    assert "go together" in filled.plans(lines, *filled.sealing()[:2], ok=False)
    assert not Campaign.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"key": ec.generate_private_key(ec.SECP256R1())},
        {"key": rsa.generate_private_key(65537, 2048)},
        {"before": NOON - timedelta(days=9), "after": NOON - timedelta(days=1)},
        {"before": NOON + timedelta(days=1)},
        {"usage": False},
    ],
    ids=["not RSA", "2048 bits", "expired", "not yet", "to sign"],
)
def test_a_certificate_that_is_not_for_that_is_refused(filled, changes):
    said = filled.plans(requests([filled.ours("R1")]), *filled.sealing(**changes), ok=False)
    assert "transport_certificate_unfit" in said


def test_holders_must_have_agreed_to_a_text_of_the_pack(filled):
    sealing = [*filled.sealing()[:3], "nothing"]
    assert "no_agreement" in filled.plans(requests([filled.ours("R1")]), *sealing, ok=False)


def test_a_kind_of_key_that_the_type_does_not_take_is_refused(filled):
    said = filled.plans(
        requests([filled.ours("R1")]),
        *filled.sealing(),
        "--type",
        "smart-id",
        "--algorithm",
        "RSA-4096",
        ok=False,
    )
    assert "algorithm_not_of_key" in said
    said = filled.plans(requests([filled.ours("R1")]), *filled.sealing(), "--algorithm", "ROT13", ok=False)
    assert "pool_algorithm" in said


def test_a_key_of_the_pool_is_no_chips(filled):
    key = PoolKey.objects.first()
    line = f"R1,{filled.drive.person()},{base64.b64encode(key.spki).decode()}"
    assert "line 7: the key is in use already" in filled.plans(requests([line]), ok=False)


def test_a_line_that_fails_takes_its_key_with_it(filled):
    """It is not given back: its public half was approved under that line, and perhaps signed before a crash."""
    unknown = filled.ours("R2", "0b3c1f8e-0000-4000-8000-000000000009")
    campaign = filled.done(requests([filled.ours("R1"), unknown]), *filled.sealing())
    assert counts() == (3, 1, 1)
    assert PoolPurge.objects.get().why == Why.LINE_FAILED
    assert PoolDraw.objects.get(place=1).pool_key_id == PoolPurge.objects.get().pool_key_id
    _, lines = read_response(filled.response(campaign)[1])
    assert [line[1] for line in lines] == ["issued", "failed"]


def test_a_revoked_certificates_key_is_never_delivered(filled, done):
    first, *_ = Certificate.objects.order_by("application_reference")
    filled.revokes(first)
    filled.drive.world.turns()
    assert counts() == (3, 1, 1)
    assert PoolPurge.objects.get().why == Why.REVOKED
    _, lines = read_response(filled.response(done)[1])
    assert [line[1:2] for line in lines] == [["failed"], ["issued"], ["issued"]]


@pytest.mark.parametrize("event", [CertificateRevoked, HoldersToTell])
def test_what_is_revoked_loses_its_key_before_anybody_writes_a_letter(event):
    """A letter is asked for at the owner's door, which may be shut for long."""
    handlers = list(pipeline.ROUTES[event])
    purging = [handlers.index(one) for one in handlers if one.__module__ == card_handlers.__name__]
    telling = [handlers.index(one) for one in handlers if one.__name__.startswith("tell_")]
    assert max(purging) < min(telling)


def test_a_single_revocation_is_heard_of_too(filled, done):
    first, second, _ = Certificate.objects.order_by("application_reference")
    for one in (first, second):
        Revocation.objects.create(
            issuer_id=one.issuer_id, serial_number=one.serial_number, reason=1, revoked_at=NOON
        )
    heard = [CertificateRevoked(one.issuer_id, bytes(one.serial_number).hex(), 1) for one in (first, second)]
    with at("worker"):
        card_handlers.purge_of_revoked(heard, NOON)
        card_handlers.purge_of_revoked(heard, NOON)
    assert PoolPurgeRequest.objects.count() == 1  # the second card's chip has its own
    filled.drive.world.turns()
    with at("worker"):
        card_handlers.purge_of_revoked(heard, NOON)
    assert counts() == (3, 1, 1) and not PoolPurgeRequest.objects.exists()


def test_a_certificate_that_is_revoked_before_it_is_sealed_is_not_sealed(filled):
    campaign = filled.begins(requests([filled.ours("R1"), filled.ours("R2")]), *filled.sealing())
    filled.drive.works(campaign)
    with at("signer"):
        signing._sign_one(filled.drive.world.token, NOON, 1)
    filled.revokes(Certificate.objects.order_by("application_reference").first())
    filled.finishes(campaign)
    assert SealedCards.objects.get().count == 1
    assert counts() == (3, 1, 1)


def test_a_batch_of_several_chunks_is_answered_in_its_order(filled, monkeypatch):
    monkeypatch.setattr(cards, "CHUNK", 2)
    asked = [filled.ours("R5"), filled.chip("R4"), filled.ours("R3"), filled.ours("R2"), filled.chip("R1")]
    campaign = filled.begins(requests(asked), *filled.sealing())
    for number in range(3):
        filled.drive.works(campaign, number)
    for _ in range(3):
        filled.finishes(campaign)
    _, lines = read_response(filled.response(campaign)[1])
    assert [(line[0], line[1], len(line)) for line in lines] == [
        ("R5", "issued", 4),
        ("R4", "issued", 3),
        ("R3", "issued", 4),
        ("R2", "issued", 4),
        ("R1", "issued", 3),
    ]
    for line in lines:
        if len(line) == 4:
            assert filled.opens(line[3]).public_key() == certificate(line).public_key()
    assert [one.count for one in SealedCards.objects.order_by("number")] == [1, 2, 0]


def test_no_private_key_is_in_a_leaf_a_job_or_a_hand_over(filled, done):
    said, octets = filled.response(done)
    _, lines = read_response(octets)
    secrets = [filled.opens(line[3]).private_numbers().private_value for line in lines if len(line) == 4]
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(string_agg(args::text, ' '), '') from procrastinate_jobs")
        (jobs,) = cursor.fetchone()
        cursor.execute("select coalesce(string_agg(facts::text, ' '), '') from kernel_handover")
        (facts,) = cursor.fetchone()
    payloads = json.dumps(list(Payload.objects.values_list("payload", flat=True)))
    entries = b"".join(bytes(entry) for entry in Leaf.objects.values_list("entry", flat=True)).decode()
    for secret in secrets:
        octets = secret.to_bytes(32, "big")
        for written in (octets.hex(), base64.b64encode(octets).decode()):
            assert not any(written in text for text in (jobs, facts, payloads, entries, json.dumps(said)))


@pytest.mark.parametrize("process", ["web", "worker", "signer", "responder"])
def test_no_process_but_the_operators_says_who_the_bureau_is(filled, process):
    with pytest.raises(ProgrammingError, match="permission denied"), at(process):
        CardBatch.objects.bulk_create([CardBatch()])


@pytest.mark.django_db(transaction=True)
def test_two_campaigns_that_draw_at_once_share_no_key(filled, drive):
    wanted = Wanted(
        type_code="personal", input=Campaign.Input.CARDS, grant_id=GRANT, purpose="p", agreement="terms 1"
    )
    ours = Ours(algorithm=KeyAlgorithm.P256, agreement="terms 1", transport_certificate=filled.certificate())
    operator = drive.operators()[0]
    planned = [
        card_planning.dry_run(
            wanted,
            "CARDCO",
            str(batch),
            [(number, Asked(f"R{number}", drive.person(), b"")) for number in range(2)],
            now=NOON,
            ours=ours,
        )
        for batch in range(2)
    ]
    write = [
        partial(cards.write_cards, wanted=wanted, planned=one, actor=operator, now=NOON) for one in planned
    ]
    connections.close_all()
    at_once(*write)
    assert Campaign.objects.count() == 2
    assert len(set(PoolDraw.objects.values_list("pool_key_id", flat=True))) == 4
    assert counts() == (1, 4, 0)
