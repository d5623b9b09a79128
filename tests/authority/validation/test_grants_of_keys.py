"""Each process does its own part under its own role, and is refused the others' parts by the database itself."""

import secrets

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import DatabaseError, transaction

from authority.signing_stage import NOON, log_everything
from chopmark.authority.custody.models import Issuer, KeyRecord
from chopmark.authority.kernel.actors import Actor, ActorKind, process
from chopmark.authority.keymaking import selectors as keymaking_selectors
from chopmark.authority.keymaking import services as keymaking
from chopmark.authority.keymaking import signing as keymaking_signing
from chopmark.authority.keymaking.models import Envelope, MadeKey, WrappedKey
from chopmark.authority.protocols.ocsp.counting import Refusals
from chopmark.authority.protocols.ocsp.delegations import Delegations
from chopmark.authority.publication import publishing, repository
from chopmark.authority.publication import services as publication
from chopmark.authority.publication import signing as publication_signing
from chopmark.authority.publication.models import Crl, CrlIntent
from chopmark.authority.validation import signing as validation_signing
from chopmark.authority.validation.models import Delegate
from chopmark.authority.validation.status import GOOD
from chopmark.authority.validation.status_feed import follow
from chopmark.authority.validation.status_store import StatusStore
from chopmark.pki.certificates import read_certificate

REFERENCE = "AP261100001"
OFFICER = Actor(kind=ActorKind.OFFICER, id="20417", outlet="CENTRAL")
OPERATOR = Actor(kind=ActorKind.OPERATOR, id="30001", permissions=frozenset({"console:crl:publish"}))


@pytest.fixture(autouse=True)
def public(tmp_path, settings):
    settings.CHOPMARK_PUBLIC_DIR = tmp_path / "public"


def certificate_of(spki):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CHAN Tai Man")])
    builder = x509.CertificateBuilder(issuer_name=name, subject_name=name, serial_number=7)
    builder = builder.public_key(serialization.load_der_public_key(spki))
    builder = builder.not_valid_before(NOON).not_valid_after(NOON)
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def test_a_key_goes_from_envelope_to_purge(issuing, token, claimer, as_process):
    paper = {}
    worker, web = process("worker"), process("web")
    with as_process("operator"):
        keymaking.make_envelopes(
            count=1,
            outlet="CENTRAL",
            printer=paper.__setitem__,
            actor=worker,
            now=NOON,
            randomness=secrets.token_bytes,
        )
    with as_process("web"):
        keymaking.hand_over(
            number=next(iter(paper)), application_reference=REFERENCE, actor=OFFICER, now=NOON
        )
    with as_process("worker"):
        envelope = keymaking_selectors.envelope_of(REFERENCE)
        keymaking.request_key(
            application_reference=REFERENCE, envelope_number=envelope, actor=worker, now=NOON
        )
    with as_process("signer"):
        assert keymaking_signing.run_once(token=token, now=NOON, claimer=claimer) == 1
    with as_process("worker"):
        spki = keymaking_selectors.made_key(REFERENCE)
        keymaking.request_sealing(
            application_reference=REFERENCE,
            issuer_id=issuing.id,
            certificate_der=certificate_of(spki),
            actor=worker,
            now=NOON,
        )
    with as_process("signer"):
        assert keymaking_signing.run_once(token=token, now=NOON, claimer=claimer) == 1
    log_everything()
    with as_process("web"):
        assert keymaking.collect(application_reference=REFERENCE, actor=web, now=NOON)
    with as_process("worker"):
        assert keymaking.request_spent_again(actor=worker, now=NOON) == 0
        keymaking.purge_after_delivery(application_reference=REFERENCE, actor=worker, now=NOON)
    with as_process("web"):
        assert keymaking_selectors.is_purged(REFERENCE)


def test_lists_go_from_slot_to_file(issuing, token, claimer, as_process):
    worker = process("worker")
    with as_process("worker"):
        due = publication.prepare_due(actor=worker, now=NOON)
    with as_process("web"):
        publication.publish_now(issuer_id=issuing.id, actor=OPERATOR, now=NOON)
    with as_process("signer"):
        assert publication_signing.run_once(token=token, now=NOON, claimer=claimer) == due
    log_everything()
    with as_process("worker"):
        assert publishing.publish_signed(actor=worker, now=NOON) == due
        assert repository.publish_authorities(actor=worker, now=NOON) == 4


def test_a_responder_gets_its_delegates_and_follows_the_status(issuing, token, claimer, as_process, tmp_path):
    delegations, refusals = Delegations(), Refusals()
    refusals.count(["ocsp_malformed"])
    with as_process("responder"):
        delegations.refresh(NOON)
    with as_process("signer"):
        assert validation_signing.run_once(token=token, now=NOON, claimer=claimer) == 2
    with as_process("responder"):
        delegations.refresh(NOON)
        assert delegations.held.is_ready(NOON)
        with StatusStore(tmp_path / "status") as store:
            follow(store)
            follow(store)
            serial_number = read_certificate(issuing.certificate_der).serial_number
            assert store.status_of(issuing.parent_id, serial_number) == GOOD
        refusals.record(NOON)


@pytest.mark.parametrize(
    ("thief", "theft"),
    [
        ("web", lambda: list(WrappedKey.objects.all())),
        ("worker", lambda: list(WrappedKey.objects.all())),
        ("worker", lambda: Crl.objects.create(issuer_id=1, shard=0, number=1)),
        ("worker", lambda: MadeKey.objects.create(request_id=1, application_reference="x", spki=b"x")),
        ("web", lambda: Envelope.objects.create(number="1", outlet="x", sealed_pin=b"", key_label="x")),
        ("web", lambda: CrlIntent.objects.create(issuer_id=1, shard=0, number=1)),
        ("signer", lambda: CrlIntent.objects.create(issuer_id=1, shard=0, number=1)),
        (
            "signer",
            lambda: KeyRecord.objects.create(label="mine", purpose="ca", algorithm="P-256", spki=b"x"),
        ),
        ("worker", lambda: Issuer.objects.create(slug="mine", name_der=b"", key_label="x", is_root=True)),
        ("responder", lambda: Delegate.objects.create(request_id=1, issuer_id=1, serial_number=b"x")),
    ],
)
@pytest.mark.django_db
def test_what_is_anothers_part_is_refused(as_process, thief, theft):
    with as_process(thief), pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        theft()
