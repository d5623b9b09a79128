from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import ocsp
from django.db import DatabaseError

from authority.protocols.ocsp_stage import GOOD, NEVER, REVOKED
from authority.signing_stage import A_SECOND, NOON, leaves
from chopmark.authority.custody import selectors as custody
from chopmark.authority.protocols.ocsp.answering import MOST_CERTIFICATES, answer
from chopmark.authority.protocols.ocsp.counting import Refusals
from chopmark.authority.protocols.ocsp.delegations import Delegations
from chopmark.authority.protocols.ocsp.headers import headers_of
from chopmark.authority.protocols.ocsp.statuses import STATUSES
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.validation import errors, signing
from chopmark.authority.validation.status_source import StatusSource
from chopmark.pki import der
from chopmark.pki.algorithms import SignatureAlgorithm
from chopmark.pki.lint import lint_ocsp
from chopmark.pki.ocsp import (
    CertStatus,
    HashAlgorithm,
    OcspResponseStatus,
    build_request,
    cert_id,
    read_response,
)
from chopmark.pki.refusals import Refusal


@pytest.fixture
def ask(delegations, certificates, issuing, source, know):
    know()

    def ask(*serials, algorithm=HashAlgorithm.SHA1, nonce=None, issuer=issuing, now=NOON, right=True):
        if right:
            know(now)
        asked = [
            cert_id(
                issuer_name_der=issuer.name_der,
                issuer_spki_der=issuer.spki,
                serial_number=serial,
                algorithm=algorithm,
            )
            for serial in serials
        ]
        return answer(build_request(asked, nonce=nonce), delegations=delegations, source=source, now=now)

    return ask


def said(answered):
    return [single.status for single in read_response(answered.body).data.responses]


def status(answered):
    return read_response(answered.body).status


def test_it_works(ask, issuing):
    response = ocsp.load_der_ocsp_response(ask(GOOD).body)

    assert response.response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
    assert response.certificate_status is ocsp.OCSPCertStatus.GOOD
    assert response.next_update_utc == NOON + timedelta(minutes=10)
    [delegate] = response.certificates
    delegate.verify_directly_issued_by(x509.load_der_x509_certificate(issuing.certificate_der))
    delegate.public_key().verify(response.signature, response.tbs_response_bytes, ec.ECDSA(hashes.SHA256()))


def test_a_revoked_certificate_has_its_moment_and_reason(ask):
    response = ocsp.load_der_ocsp_response(ask(REVOKED).body)
    assert response.certificate_status is ocsp.OCSPCertStatus.REVOKED
    assert response.revocation_time_utc == NOON
    assert response.revocation_reason is x509.ReasonFlags.key_compromise


def test_several_certificates_are_answered_in_their_order(ask):
    answered = ask(REVOKED, NEVER, GOOD)
    assert said(answered) == [CertStatus.REVOKED, CertStatus.UNKNOWN, CertStatus.GOOD]
    assert answered.refused == ("ocsp_serial_unknown",)


@pytest.mark.parametrize("algorithm", HashAlgorithm)
def test_both_hashes_name_an_issuer(ask, algorithm):
    assert said(ask(GOOD, algorithm=algorithm)) == [CertStatus.GOOD]


def test_an_answer_passes_the_three_judges(ask, issuing):
    response = read_response(ask(GOOD).body)
    lint_ocsp(
        response.data.encoded,
        signature_algorithm=SignatureAlgorithm.ECDSA_SHA256,
        responder_certificate_der=response.certificates[0],
        issuer_certificate_der=issuing.certificate_der,
    )


@pytest.mark.parametrize("length", [1, 32, 128])
def test_a_nonce_is_echoed(ask, length):
    assert read_response(ask(GOOD, nonce=bytes(length)).body).data.nonce == bytes(length)


@pytest.mark.parametrize("length", [0, 129])
def test_a_nonce_of_another_length_is_malformed(ask, delegations, source, length):
    request = bytes(build_request([_cert_id(delegations)], nonce=bytes(100)))
    changed = _with_nonce(request, length)
    assert (
        status(answer(changed, delegations=delegations, source=source, now=NOON))
        is OcspResponseStatus.MALFORMED_REQUEST
    )


def _cert_id(delegations):
    issuer = next(iter(delegations.held.by_hashes.values()))
    return cert_id(
        issuer_name_der=issuer.name_der,
        issuer_spki_der=issuer.spki,
        serial_number=GOOD,
        algorithm=HashAlgorithm.SHA1,
    )


def _with_nonce(request, length):
    tbs = der.read_one(request).enter()
    requests = tbs.element().encoded
    oid = der.oid("1.3.6.1.5.5.7.48.1.2")
    nonce = der.sequence(oid, der.octet_string(der.octet_string(bytes(length))))
    return der.sequence(der.sequence(requests, der.explicit(2, der.sequence(nonce))))


def test_another_authoritys_certificate_is_not_ours_to_speak_of(ask, issuing):
    stranger = ec.generate_private_key(ec.SECP256R1()).public_key()
    other = replace(issuing, spki=stranger.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    assert status(ask(GOOD, issuer=other)) is OcspResponseStatus.UNAUTHORIZED


def test_one_stranger_among_several_gets_no_half_answer(ask, delegations, issuing):
    root = custody.authority(issuing.parent_id)
    assert status(ask(GOOD, issuer=root)) is OcspResponseStatus.UNAUTHORIZED


@pytest.mark.parametrize("garbage", [b"", b"\x00", b"0\x03\x02\x01\x00", b"GET / HTTP/1.1", bytes(1000)])
def test_garbage_is_malformed(delegations, source, garbage):
    answered = answer(garbage, delegations=delegations, source=source, now=NOON)
    assert status(answered) is OcspResponseStatus.MALFORMED_REQUEST
    assert answered.refused == ("ocsp_malformed",)


def test_too_many_certificates_are_refused(ask):
    assert status(ask(*[GOOD] * (MOST_CERTIFICATES + 1))) is OcspResponseStatus.MALFORMED_REQUEST


def test_it_answers_while_the_database_is_silent_for_a_little_and_then_says_try_later(ask):
    assert said(ask(GOOD, right=False, now=NOON + timedelta(seconds=30))) == [CertStatus.GOOD]
    for serial in (GOOD, REVOKED, NEVER):
        late = ask(serial, right=False, now=NOON + timedelta(seconds=31))
        assert status(late) is OcspResponseStatus.TRY_LATER
        assert late.refused == ("status_not_known",)


def test_when_the_clock_is_set_back_it_says_try_later_until_the_next_round(ask, know):
    assert status(ask(GOOD, right=False, now=NOON - A_SECOND)) is OcspResponseStatus.TRY_LATER
    know(NOON - A_SECOND)
    assert said(ask(GOOD, right=False, now=NOON - A_SECOND)) == [CertStatus.GOOD]


def test_before_the_first_round_it_says_try_later(delegations):
    unread = StatusSource(may_lag=timedelta(seconds=30))
    answered = answer(
        build_request([_cert_id(delegations)]), delegations=delegations, source=unread, now=NOON
    )
    assert status(answered) is OcspResponseStatus.TRY_LATER


def test_a_store_that_cannot_be_read_is_not_known(ask, store):
    store.close()
    assert status(ask(GOOD, right=False)) is OcspResponseStatus.TRY_LATER


def test_without_a_delegate_it_says_try_later(issuing, certificates, source, know):
    know()
    delegations = Delegations()
    delegations.refresh(NOON)
    answered = answer(
        build_request([_cert_id(delegations)]), delegations=delegations, source=source, now=NOON
    )
    assert status(answered) is OcspResponseStatus.TRY_LATER
    assert not delegations.held.is_ready(NOON)


def test_with_an_expired_delegate_it_says_try_later(ask, delegations):
    assert delegations.held.is_ready(NOON)
    assert status(ask(GOOD, now=NOON + timedelta(days=1))) is OcspResponseStatus.TRY_LATER
    assert not delegations.held.is_ready(NOON + timedelta(days=1))


def test_a_delegate_is_renewed_at_half_its_life_and_answers_go_on(ask, delegations, token, claimer):
    later = NOON + timedelta(hours=13)
    delegations.refresh(later)
    signing.run_once(token=token, now=later, claimer=claimer)
    delegations.refresh(later)

    assert said(ask(GOOD, now=NOON + timedelta(hours=30))) == [CertStatus.GOOD]


def test_a_revocation_shows_at_once(ask, issuing):
    assert said(ask(GOOD)) == [CertStatus.GOOD]
    Revocation.objects.create(issuer_id=issuing.id, serial_number=GOOD, reason=4, revoked_at=NOON + A_SECOND)
    assert said(ask(GOOD, now=NOON + A_SECOND)) == [CertStatus.REVOKED]


def test_only_a_get_without_nonce_may_be_cached(ask):
    plain, nonced = ask(GOOD), ask(GOOD, nonce=b"once")
    headers = dict(headers_of(plain, method="GET"))
    assert headers["cache-control"] == "max-age=60, public, no-transform, must-revalidate"
    assert headers["expires"] == "Mon, 16 Nov 2026 04:10:00 GMT"
    assert headers["last-modified"] == "Mon, 16 Nov 2026 04:00:00 GMT"
    assert len(headers["etag"]) == 66
    for answered, method in ((plain, "POST"), (nonced, "GET"), (ask(NEVER), "GET")):
        headers = dict(headers_of(answered, method=method))
        assert headers["cache-control"] == "no-store" and "etag" not in headers


def test_a_minute_of_refusals_is_one_leaf(issuing):
    refusals = Refusals()
    for _ in range(1000):
        refusals.count(["ocsp_malformed"])
    refusals.count(["ocsp_serial_unknown"])

    refusals.record(NOON)
    refusals.record(NOON + timedelta(minutes=1))

    counted = [leaf for leaf in leaves() if leaf.tag == "ocsp:refused"]
    assert [leaf.public for leaf in counted] == [{"ocsp_malformed": 1000, "ocsp_serial_unknown": 1}]


def test_counts_that_could_not_be_recorded_are_kept(issuing, monkeypatch):
    refusals = Refusals()
    refusals.count(["ocsp_malformed"])
    monkeypatch.setattr("chopmark.authority.protocols.ocsp.counting.record_refusals", _away)
    with pytest.raises(DatabaseError):
        refusals.record(NOON)
    monkeypatch.undo()

    refusals.record(NOON)

    assert leaves()[-1].public == {"ocsp_malformed": 1}


def _away(**kwargs):
    raise DatabaseError


def test_every_refusal_of_this_face_has_its_word():
    said_elsewhere = {errors.DelegateKeyNotProven, errors.NoResponderForIssuer, errors.OcspSerialUnknown}
    said_elsewhere |= {errors.StatusStoreInUse, errors.DatabaseIsStandby, errors.DatabaseLeftBehind}
    own = {kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Refusal)}
    assert own - {Refusal} - said_elsewhere <= STATUSES.keys()
