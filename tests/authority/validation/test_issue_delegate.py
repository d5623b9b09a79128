from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authority.signing_stage import (
    NOON,
    Broken,
    in_a_process_that_is_killed,
    it_fails,
    it_happens_and_then_fails,
    kill_this_process,
    leaves,
    living,
    tags,
)
from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.delegate_signing import sign_delegate
from chopmark.authority.custody.errors import DoorRefused, KeyNotInToken
from chopmark.authority.kernel.actors import process
from chopmark.authority.validation import selectors, services, signing
from chopmark.authority.validation.delegation import delegate_tbs, delegate_template, proof_text
from chopmark.authority.validation.errors import DelegateKeyNotProven, NoResponderForIssuer
from chopmark.authority.validation.models import Delegate, DelegateClaim, DelegateRequest
from chopmark.pki.certificates import compile_template
from chopmark.pki.profiles import ocsp_delegate_profile

KEY = ec.generate_private_key(ec.SECP256R1())
SPKI = KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def ask(issuer_id, *, now=NOON, key=KEY, spki=SPKI):
    proof = key.sign(proof_text(issuer_id, spki), ec.ECDSA(hashes.SHA256()))
    return services.request_delegate(
        issuer_id=issuer_id, spki=spki, proof=proof, actor=process("responder"), now=now
    )


def test_it_works(issuing, token, claimer):
    ask(issuing.id)

    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 1

    delegate = selectors.newest_delegate(issuing.id, SPKI)
    certificate = x509.load_der_x509_certificate(delegate.certificate_der)
    certificate.verify_directly_issued_by(x509.load_der_x509_certificate(issuing.certificate_der))
    assert list(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        x509.ExtendedKeyUsageOID.OCSP_SIGNING
    ]
    assert certificate.extensions.get_extension_for_class(x509.OCSPNoCheck)
    assert delegate.not_after - delegate.not_before <= timedelta(hours=24)
    assert tags()[-2:] == ["ocsp_delegate:requested", "ocsp_delegate:issued"]


def test_it_wants_renewal_at_half_its_life(issuing, token, claimer):
    ask(issuing.id)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    delegate = selectors.newest_delegate(issuing.id, SPKI)
    assert not delegate.wants_renewal(NOON + timedelta(hours=11))
    assert delegate.wants_renewal(NOON + timedelta(hours=12))
    assert delegate.is_valid(NOON + timedelta(hours=23))
    assert not delegate.is_valid(NOON + timedelta(hours=24))


def test_one_request_makes_one_delegate(issuing, token, claimer):
    ask(issuing.id)
    with living() as other:
        assert signing.run_once(token=token, now=NOON, claimer=other) == 1
        assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0


def test_who_does_not_hold_the_key_is_refused(issuing):
    with pytest.raises(DelegateKeyNotProven):
        ask(issuing.id, key=ec.generate_private_key(ec.SECP256R1()))
    assert leaves()[-1].refused == "delegate_key_not_proven"


def test_the_signer_asks_for_the_proof_itself(issuing, token, claimer):
    DelegateRequest.objects.create(
        issuer_id=issuing.id, responder="thief", spki=SPKI, proof=b"", requested_at=NOON
    )
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert not DelegateClaim.objects.exists()
    assert [leaf.refused for leaf in leaves()].count("delegate_key_not_proven") == 1
    assert signing.waiting(NOON) == []


def test_while_the_token_is_away_nothing_is_claimed(issuing, token, claimer, monkeypatch):
    ask(issuing.id)
    with monkeypatch.context() as away:
        away.setattr(token, "handle", lambda label: (_ for _ in ()).throw(KeyNotInToken(label=label)))
        assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0
    assert not DelegateClaim.objects.exists()
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 1


def test_a_root_has_no_delegates(issuing):
    with pytest.raises(NoResponderForIssuer):
        ask(issuing.parent_id)


def test_a_key_that_asked_long_ago_is_not_certified(issuing, token, claimer):
    ask(issuing.id)
    assert signing.run_once(token=token, now=NOON + timedelta(minutes=11), claimer=claimer) == 0


def test_the_door_refuses_a_delegate_that_lives_long(issuing, token):
    template = delegate_template(issuing)
    longer = compile_template(
        ocsp_delegate_profile(validity=timedelta(days=30)),
        issuer=template.issuer,
        signature_algorithm=template.signature_algorithm,
    )
    tbs = longer.fill(
        serial_number=bytes.fromhex("4a6f1c83d2957be0183cf4a96d02be75"),
        not_before=NOON,
        not_after=NOON + timedelta(days=30),
        subject_der=issuing.name_der,
        spki_der=SPKI,
    )
    with pytest.raises(DoorRefused, match="short_lived"):
        sign_delegate(tbs, template=longer, issuer=issuing, token=token)


def test_the_door_refuses_another_issuer(issuing, token):
    tbs, template = delegate_tbs(
        issuing, spki=SPKI, serial_number=bytes.fromhex("4a6f1c83d2957be0183cf4a96d02be75"), now=NOON
    )
    other = custody.authority_by_slug("tls-1")
    with pytest.raises(DoorRefused, match="issuer_name"):
        sign_delegate(tbs, template=template, issuer=other, token=token)


def test_the_door_refuses_a_key_that_is_not_the_issuers(issuing, token):
    tbs, template = delegate_tbs(
        issuing, spki=SPKI, serial_number=bytes.fromhex("4a6f1c83d2957be0183cf4a96d02be75"), now=NOON
    )
    with pytest.raises(DoorRefused, match="key_of_issuer"):
        sign_delegate(tbs, template=template, issuer=replace(issuing, key_label="tls-1"), token=token)


@pytest.mark.parametrize("breaking", [lambda real: it_fails, it_happens_and_then_fails])
def test_a_token_that_failed_spends_the_serial_number(issuing, token, claimer, monkeypatch, breaking):
    ask(issuing.id)
    real = token.sign
    monkeypatch.setattr(token, "sign", breaking(real))
    with pytest.raises(Broken):
        signing.run_once(token=token, now=NOON, claimer=claimer)
    monkeypatch.setattr(token, "sign", real)
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 0

    ask(issuing.id)
    assert signing.run_once(token=token, now=NOON, claimer=claimer) == 1

    assert Delegate.objects.count() == 1
    serials = {bytes(row.serial_number) for row in DelegateClaim.objects.all()}
    assert len(serials) == 2


@pytest.mark.django_db(transaction=True)
def test_kill_9_between_claim_and_record_leaves_a_spent_claim(issuing, token, monkeypatch):
    ask(issuing.id)
    monkeypatch.setattr(token, "sign", kill_this_process)

    def sign():
        with living() as number:
            signing.run_once(token=token, now=NOON, claimer=number)

    in_a_process_that_is_killed(sign)

    assert DelegateClaim.objects.count() == 1 and not Delegate.objects.exists()
