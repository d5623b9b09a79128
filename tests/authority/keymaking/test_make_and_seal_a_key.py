import secrets
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

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
from chopmark.authority.custody import subscriber_keys
from chopmark.authority.custody.errors import KeyNotInToken
from chopmark.authority.custody.token import KeyAlgorithm
from chopmark.authority.kernel.actors import Actor, ActorKind, process
from chopmark.authority.kernel.models import Handover
from chopmark.authority.keymaking import handlers, selectors, services, signing
from chopmark.authority.keymaking.envelopes import read_number
from chopmark.authority.keymaking.errors import (
    EnvelopeNotHandedOver,
    KeyNotSealed,
    KeyNotYetLogged,
    KeyOfAnother,
    KeyRequested,
    KeyUnknown,
)
from chopmark.authority.keymaking.events import SubscriberKeyKept
from chopmark.authority.keymaking.models import (
    KeyClaim,
    KeyRequest,
    MadeKey,
    Purge,
    RefusedSeal,
    SealedKey,
    WrappedKey,
)

REFERENCE = "AP261100001"
WORKER = process("worker")
OFFICER = Actor(kind=ActorKind.OFFICER, id="20417", outlet="CENTRAL")


@pytest.fixture
def printed(hierarchy):
    """What came out of the printer: number and PIN."""
    paper = {}
    services.make_envelopes(
        count=2,
        outlet="CENTRAL",
        printer=paper.__setitem__,
        actor=WORKER,
        now=NOON,
        randomness=secrets.token_bytes,
    )
    return paper


@pytest.fixture
def envelope(printed):
    number = next(iter(printed))
    return services.hand_over(number=number, application_reference=REFERENCE, actor=OFFICER, now=NOON).number


@pytest.fixture
def pin(printed, envelope):
    return next(iter(printed.values())).encode()


@pytest.fixture
def asked(envelope):
    return ask(envelope)


def ask(envelope):
    return services.request_key(
        application_reference=REFERENCE, envelope_number=envelope, actor=WORKER, now=NOON
    )


@pytest.fixture
def made(asked, token, claimer):
    signing.run_once(token=token, now=NOON, claimer=claimer)
    return selectors.made_key(REFERENCE)


def certificate_of(spki):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "CHAN Tai Man")])
    builder = x509.CertificateBuilder(issuer_name=name, subject_name=name, serial_number=7)
    builder = builder.public_key(serialization.load_der_public_key(spki))
    builder = builder.not_valid_before(NOON).not_valid_after(NOON + timedelta(days=1))
    signed = builder.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.DER)


def ask_to_seal(spki, issuing):
    services.request_sealing(
        application_reference=REFERENCE,
        issuer_id=issuing.id,
        certificate_der=certificate_of(spki),
        actor=WORKER,
        now=NOON,
    )


@pytest.fixture
def sealed(made, issuing, token, claimer):
    ask_to_seal(made, issuing)
    signing.run_once(token=token, now=NOON, claimer=claimer)


def collect(now=NOON):
    return services.collect(application_reference=REFERENCE, actor=process("web"), now=now)


def test_it_works(sealed, made, pin):
    log_everything()

    opened = pkcs12.load_pkcs12(collect(), pin)

    assert opened.key.public_key() == serialization.load_der_public_key(made)
    assert len(opened.additional_certs) == 2
    assert tags()[-4:] == ["key:sealing_requested", "key:sealed", "key:purged", "key:collected"]


def test_the_news_of_a_made_key_is_handed_on_with_it(made):
    assert Handover.objects.get(name="key.made").facts == {"reference": REFERENCE}


def test_sealing_destroys_the_wrapped_key(sealed):
    assert not WrappedKey.objects.exists()
    assert Purge.objects.get().what == Purge.What.WRAPPED
    assert not selectors.is_purged(REFERENCE)


def test_nothing_is_collected_before_its_leaf_is_under_a_checkpoint(sealed):
    with pytest.raises(KeyNotYetLogged):
        collect()


def test_nothing_is_collected_before_it_is_sealed(made):
    with pytest.raises(KeyNotSealed):
        collect()


def test_after_delivery_no_copy_is_left(sealed):
    log_everything()
    collect()
    assert services.purge_delivered(actor=WORKER, now=NOON + AN_HOUR) == 0

    assert services.purge_delivered(actor=WORKER, now=NOON + timedelta(days=1)) == 1

    assert selectors.is_purged(REFERENCE)
    with pytest.raises(KeyNotSealed):
        collect(NOON + timedelta(days=1))
    services.purge_after_delivery(application_reference=REFERENCE, actor=WORKER, now=NOON + timedelta(days=2))
    assert Purge.objects.count() == 2


def test_a_key_is_asked_for_once(asked, envelope):
    with pytest.raises(KeyRequested):
        ask(envelope)


def test_a_made_key_is_not_made_again(made, envelope):
    with pytest.raises(KeyRequested):
        ask(envelope)


def test_an_envelope_in_another_hand_makes_no_key(printed, envelope):
    other = next(number for number in printed if number.replace(" ", "")[:8] != envelope)
    with pytest.raises(EnvelopeNotHandedOver):
        ask(other.replace(" ", "")[:8])


def test_the_signer_does_not_believe_a_request(hierarchy, token, claimer):
    KeyRequest.objects.create(
        application_reference=REFERENCE,
        attempt=1,
        envelope_number="04817236",
        algorithm="P-256",
        requested_at=NOON,
    )

    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0

    assert not MadeKey.objects.exists()
    assert tags()[-1] == "key:made"  # refused


def test_only_the_certificate_of_this_key_seals_it(made, issuing):
    other = ec.generate_private_key(ec.SECP256R1()).public_key()
    spki = other.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(KeyOfAnother):
        ask_to_seal(spki, issuing)


def test_what_was_never_made_is_unknown(hierarchy):
    with pytest.raises(KeyUnknown):
        collect()


def test_the_kind_of_key_is_the_type_s(envelope, token, claimer):
    services.request_key(
        application_reference=REFERENCE,
        envelope_number=envelope,
        algorithm=KeyAlgorithm.RSA_2048,
        actor=WORKER,
        now=NOON,
    )
    signing.run_once(token=token, now=NOON, claimer=claimer)
    assert serialization.load_der_public_key(selectors.made_key(REFERENCE)).key_size == 2048


def test_two_signers_make_one_key(asked, token, claimer):
    with living() as other:
        assert signing.run_once(token=token, now=NOON, claimer=other) == 1
        assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert MadeKey.objects.count() == 1


@pytest.mark.parametrize("breaking", [lambda real: it_fails, it_happens_and_then_fails])
def test_a_claim_that_made_no_key_is_spent_and_asked_again(asked, token, monkeypatch, breaking):
    real = signing.make_subscriber_key
    with living() as dying:
        monkeypatch.setattr(signing, "make_subscriber_key", breaking(real))
        with pytest.raises(Broken):
            signing.run_once(token=token, now=NOON, claimer=dying)
        assert services.request_spent_again(actor=WORKER, now=NOON) == 0  # the signer still lives
    monkeypatch.setattr(signing, "make_subscriber_key", real)

    assert services.request_spent_again(actor=WORKER, now=NOON + A_SECOND) == 1
    with living() as next_one:
        assert signing.run_once(token=token, now=NOON + A_SECOND, claimer=next_one) == 1

    assert KeyClaim.objects.count() == 2 and MadeKey.objects.count() == 1
    assert selectors.unmade_claims() == 1


@pytest.mark.parametrize("breaking", [lambda real: it_fails, it_happens_and_then_fails])
def test_sealing_that_failed_is_done_again(made, issuing, token, claimer, monkeypatch, breaking, pin):
    ask_to_seal(made, issuing)
    real = signing.seal_to_pin
    monkeypatch.setattr(signing, "seal_to_pin", breaking(real))
    with pytest.raises(Broken):
        signing.run_once(token=token, now=NOON, claimer=claimer)
    monkeypatch.setattr(signing, "seal_to_pin", real)
    assert WrappedKey.objects.count() == 1 and not Purge.objects.exists()

    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 1

    log_everything()
    assert pkcs12.load_pkcs12(collect(), pin).key
    assert SealedKey.objects.count() == 1


def test_what_nobody_collects_is_purged(sealed):
    assert services.purge_uncollected(actor=WORKER, now=NOON + timedelta(days=59)) == 0
    assert services.purge_uncollected(actor=WORKER, now=NOON + timedelta(days=60)) == 1
    assert not SealedKey.objects.exists() and selectors.is_purged(REFERENCE)


def test_it_was_sealed_though_it_was_purged_since(sealed):
    services.purge_unwanted(application_reference=REFERENCE, actor=WORKER, now=NOON)
    assert selectors.is_sealed(REFERENCE) and not selectors.is_held(REFERENCE)


def test_what_she_kept_is_purged_by_the_worker(sealed, as_process):
    with as_process("web"):
        services.confirm_kept(application_reference=REFERENCE, actor=process("web"), now=NOON)
    assert SealedKey.objects.exists()
    with as_process("worker"):
        handlers.purge_kept([SubscriberKeyKept(REFERENCE)], NOON)
    assert not SealedKey.objects.exists()


def test_while_the_token_is_away_no_attempt_is_spent(asked, token, claimer, monkeypatch):
    with monkeypatch.context() as away:
        away.setattr(token, "handle", lambda label: (_ for _ in ()).throw(KeyNotInToken(label=label)))
        assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert not KeyClaim.objects.exists()
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 1


def test_a_seal_that_is_refused_is_refused_once_and_hides_no_other(
    made, issuing, token, claimer, monkeypatch
):
    ask_to_seal(made, issuing)
    with monkeypatch.context() as altered:
        altered.setattr(signing, "wrap_context", lambda reference: b"another application")
        assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
        monkeypatch.setattr(signing, "BATCH", 1)
        assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert [leaf.refused for leaf in leaves()].count("seal_broken") == 1
    assert RefusedSeal.objects.get().code == "seal_broken"
    assert not signing.waiting_to_be_sealed()


def test_one_key_that_cannot_be_asked_for_again_keeps_no_other_waiting(asked, printed, monkeypatch):
    other = read_number(list(printed)[1])
    services.hand_over(number=list(printed)[1], application_reference="AP261100002", actor=OFFICER, now=NOON)
    services.request_key(application_reference="AP261100002", envelope_number=other, actor=WORKER, now=NOON)
    for request in KeyRequest.objects.all():
        KeyClaim.objects.create(request_id=request.pk, claimer=1, claimed_at=NOON)
    real = services.request_key

    def refuse_the_first(**given):
        if given["application_reference"] == REFERENCE:
            raise Broken
        return real(**given)

    monkeypatch.setattr(services, "request_key", refuse_the_first)
    assert services.request_spent_again(actor=WORKER, now=NOON) == 1


@pytest.mark.django_db(transaction=True)
def test_kill_9_between_claim_and_record_leaves_a_spent_claim(asked, token, monkeypatch):
    monkeypatch.setattr(subscriber_keys, "seal", kill_this_process)

    def sign():
        with living() as number:
            signing.run_once(token=token, now=NOON, claimer=number)

    in_a_process_that_is_killed(sign)
    monkeypatch.undo()

    assert KeyClaim.objects.count() == 1 and not MadeKey.objects.exists()
    assert services.request_spent_again(actor=WORKER, now=NOON) == 1
    with living() as number:
        assert signing.run_once(token=token, now=NOON, claimer=number) == 1
    assert MadeKey.objects.count() == 1
