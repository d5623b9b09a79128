from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from authority.signing_stage import NOON, Broken, it_fails
from chopmark.authority.catalogue.reading import current
from chopmark.authority.custody import selectors
from chopmark.authority.custody.certificate_signing import ToBeSigned, sign_certificates
from chopmark.authority.custody.errors import DoorRefused
from chopmark.authority.custody.printing import printed_facts
from chopmark.pki.certificates import NotThisTemplate, compile_template
from chopmark.pki.names import write_name
from chopmark.pki.profiles import (
    BasicConstraints,
    CertificatePolicy,
    ExtendedKeyUsage,
    KeyUsage,
    end_entity_profile,
    ocsp_delegate_profile,
)

SERIAL = bytes.fromhex("4a6f1c83d2957be0183cf4a96d02be75")
SUBJECT = write_name([("C", "HK"), ("CN", "CHAN Tai Man")]).der
SPKI = (
    ec.generate_private_key(ec.SECP256R1())
    .public_key()
    .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
)
PROFILE = end_entity_profile(
    name="personal",
    validity=timedelta(days=365),
    key_usage=frozenset({KeyUsage.DIGITAL_SIGNATURE}),
    extended_key_usage=(ExtendedKeyUsage.CLIENT_AUTH,),
    policies=(CertificatePolicy(oid="1.3.6.1.4.1.16030.1.2.1", cps_uri="http://127.0.0.1/cps"),),
)


def template_of(issuing, profile=PROFILE, algorithm=None):
    issuer = current().hierarchy.issuers[issuing.slug]
    return compile_template(
        profile,
        issuer=printed_facts(issuer, spki=issuing.spki, shard=1),
        signature_algorithm=algorithm or issuing.signature_algorithm,
    )


def filled(template, **changes):
    given = {
        "serial_number": SERIAL,
        "not_before": NOON,
        "not_after": NOON + timedelta(days=365) - timedelta(seconds=1),
        "subject_der": SUBJECT,
        "spki_der": SPKI,
    }
    return ToBeSigned(template.fill(**(given | changes)), template)


def test_it_works(issuing, token):
    item = filled(template_of(issuing))

    [certificate_der] = sign_certificates([item], issuer=issuing, token=token)

    certificate = x509.load_der_x509_certificate(certificate_der)
    certificate.verify_directly_issued_by(x509.load_der_x509_certificate(issuing.certificate_der))
    assert certificate.tbs_certificate_bytes == item.tbs_certificate


def test_nothing_is_signed_for_an_empty_batch(issuing, token):
    with pytest.raises(DoorRefused, match="batch_not_empty"):
        sign_certificates([], issuer=issuing, token=token)


def test_one_changed_octet_is_not_this_template(issuing, token):
    item = filled(template_of(issuing))
    tbs = item.tbs_certificate.replace(
        bytes.fromhex("06082b06010505070302"), bytes.fromhex("06082b06010505070301")
    )
    assert tbs != item.tbs_certificate
    with pytest.raises(NotThisTemplate):
        sign_certificates([ToBeSigned(tbs, item.template)], issuer=issuing, token=token)


def test_another_issuers_content_is_refused(issuing, token):
    other = selectors.authority_by_slug("tls-1")
    with pytest.raises(DoorRefused, match="issuer_name"):
        sign_certificates([filled(template_of(other))], issuer=issuing, token=token)


def test_the_key_must_be_the_one_that_the_issuers_certificate_is_about(issuing, token):
    with pytest.raises(DoorRefused, match="key_of_issuer"):
        sign_certificates(
            [filled(template_of(issuing))], issuer=replace(issuing, key_label="tls-1"), token=token
        )


@pytest.mark.parametrize(
    "changes",
    [
        {"not_before": NOON - timedelta(days=1)},
        {"not_after": NOON + timedelta(days=365 * 16)},
    ],
)
def test_nothing_begins_before_or_outlives_its_issuer(issuing, token, changes):
    with pytest.raises(DoorRefused):
        sign_certificates([filled(template_of(issuing), **changes)], issuer=issuing, token=token)


def test_an_authority_is_not_signed_at_this_door(issuing, token):
    profile = replace(
        PROFILE, basic_constraints=BasicConstraints(ca=True), key_usage=frozenset({KeyUsage.KEY_CERT_SIGN})
    )
    with pytest.raises(DoorRefused, match="end_entity"):
        sign_certificates([filled(template_of(issuing, profile))], issuer=issuing, token=token)


def test_a_delegate_is_not_signed_at_this_door(issuing, token):
    template = template_of(issuing, ocsp_delegate_profile(validity=timedelta(days=1)))
    with pytest.raises(DoorRefused, match="not_a_delegate"):
        sign_certificates([filled(template)], issuer=issuing, token=token)


def test_a_certificate_without_a_purpose_is_refused(issuing, token):
    template = template_of(issuing, replace(PROFILE, extended_key_usage=()))
    with pytest.raises(DoorRefused, match="purpose_named"):
        sign_certificates([filled(template)], issuer=issuing, token=token)


def test_a_purpose_that_is_not_the_issuers_breaks_our_own_rules(issuing, token):
    template = template_of(issuing, replace(PROFILE, extended_key_usage=(ExtendedKeyUsage.SERVER_AUTH,)))
    with pytest.raises(DoorRefused):
        sign_certificates([filled(template)], issuer=issuing, token=token)


def test_a_root_signs_no_subscriber(issuing, token):
    root = selectors.authority(issuing.parent_id)
    with pytest.raises(DoorRefused, match="not_by_a_root"):
        sign_certificates([filled(template_of(issuing))], issuer=root, token=token)


def test_one_bad_item_refuses_the_batch_before_any_signature(issuing, token, monkeypatch):
    monkeypatch.setattr(token, "sign", it_fails)
    good, bad = filled(template_of(issuing)), filled(template_of(issuing), serial_number=b"\x01")
    with pytest.raises(DoorRefused):
        sign_certificates([good, bad], issuer=issuing, token=token)
    with pytest.raises(Broken):
        sign_certificates([good], issuer=issuing, token=token)


def test_the_issuers_own_key_gets_no_end_entity_certificate(issuing, token):
    with pytest.raises(DoorRefused, match="subject_is_not_issuer"):
        sign_certificates([filled(template_of(issuing), spki_der=issuing.spki)], issuer=issuing, token=token)
