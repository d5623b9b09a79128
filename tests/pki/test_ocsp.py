"""Requests by others are read; answers of ours are read by others."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp as other
from hypothesis import given
from hypothesis import strategies as st

from chopmark.pki import der, ocsp
from chopmark.pki.der import tags
from chopmark.pki.ocsp import CertStatus, CRLReason, HashAlgorithm, SingleResponse, requests
from chopmark.pki.ocsp.plain import read_plain
from pki.world import ECDSA, NOON, a_serial, ashas_tbs, delegate, identity_authority, moments, spki_of

MOMENTS = moments(1990, 2060)
SERIALS = st.binary(min_size=0, max_size=19).map(lambda octets: b"\x45" + octets)


def an_id(serial_number, algorithm=HashAlgorithm.SHA256):
    return ocsp.cert_id(
        issuer_name_der=identity_authority().name_der,
        issuer_spki_der=spki_of(identity_authority().key),
        serial_number=serial_number,
        algorithm=algorithm,
    )


def an_answer(*responses, nonce=None):
    return ocsp.build_response_data(
        responder_key_hash=ocsp.responder_key_hash(spki_of(delegate()[0])),
        produced_at=NOON,
        responses=responses,
        nonce=nonce,
    )


def signed(data):
    key, certificate_der = delegate()
    return ocsp.assemble(data, ECDSA, key.sign(data, ec.ECDSA(hashes.SHA256())), [certificate_der])


SINGLES = st.builds(
    lambda serial, status, this, following, revoked, reason: SingleResponse(
        cert_id=an_id(serial),
        status=status,
        this_update=this,
        next_update=following,
        revoked_at=revoked if status is CertStatus.REVOKED else None,
        reason=reason if status is CertStatus.REVOKED else CRLReason.UNSPECIFIED,
    ),
    SERIALS, st.sampled_from(CertStatus), MOMENTS, st.none() | MOMENTS, MOMENTS, st.sampled_from(CRLReason),
)  # fmt: skip


def test_it_works():
    answer = SingleResponse(cert_id=an_id(a_serial(1)), status=CertStatus.GOOD, this_update=NOON)

    decoded = other.load_der_ocsp_response(signed(an_answer(answer, nonce=b"n" * 32)))

    assert decoded.certificate_status is other.OCSPCertStatus.GOOD
    assert decoded.serial_number == int.from_bytes(a_serial(1), "big")
    assert decoded.extensions.get_extension_for_class(x509.OCSPNonce).value.nonce == b"n" * 32
    delegate()[0].public_key().verify(
        decoded.signature, decoded.tbs_response_bytes, ec.ECDSA(hashes.SHA256())
    )
    assert [one.public_bytes(Encoding.DER) for one in decoded.certificates] == [delegate()[1]]


@given(st.lists(SINGLES, min_size=1, max_size=5))
def test_an_independent_decoder_reads_every_answer(responses):
    decoded = other.load_der_ocsp_response(signed(an_answer(*responses)))

    assert [told(one) for one in decoded.responses] == [
        (one.status.name, one.this_update, one.next_update, one.revoked_at, spoken(one.reason))
        for one in responses
    ]


def told(one):
    reason = one.revocation_reason and one.revocation_reason.name
    return (
        one.certificate_status.name, one.this_update_utc, one.next_update_utc, one.revocation_time_utc, reason
    )  # fmt: skip


def spoken(reason):
    return None if reason is CRLReason.UNSPECIFIED else reason.name.lower()


@given(st.lists(SINGLES, min_size=1, max_size=5), st.none() | st.binary(min_size=1, max_size=128))
def test_an_answer_is_read_as_it_was_written(responses, nonce):
    read = ocsp.read_response(signed(an_answer(*responses, nonce=nonce)))

    assert read.status is ocsp.OcspResponseStatus.SUCCESSFUL
    assert read.data is not None
    assert read.data.responses == tuple(responses)
    assert (read.data.nonce, read.data.produced_at) == (nonce, NOON)
    assert read.certificates == (delegate()[1],)


@pytest.mark.parametrize(
    ("algorithm", "theirs"), [(HashAlgorithm.SHA1, hashes.SHA1()), (HashAlgorithm.SHA256, hashes.SHA256())]
)
def test_a_request_made_by_others_names_our_certificate(algorithm, theirs):
    certificate = x509.load_der_x509_certificate(identity_authority().certify(ashas_tbs()))
    issuer = x509.load_der_x509_certificate(identity_authority().certificate_der)
    request = other.OCSPRequestBuilder().add_certificate(certificate, issuer, theirs)
    request = request.add_extension(x509.OCSPNonce(b"fresh"), critical=False).build()

    read = ocsp.read_request(request.public_bytes(Encoding.DER))

    assert read.nonce == b"fresh"
    assert read.cert_ids == (an_id(a_serial(1001), algorithm),)


@given(st.lists(SERIALS, min_size=1, max_size=10), st.none() | st.binary(min_size=1, max_size=128))
def test_several_certificates_are_asked_about_in_one_request(serials, nonce):
    wanted = [an_id(serial) for serial in serials]

    read = ocsp.read_request(ocsp.build_request(wanted, nonce=nonce))

    assert (read.cert_ids, read.nonce) == (tuple(wanted), nonce)


@given(st.binary(max_size=60))
def test_garbage_is_malformed_and_nothing_else(data):
    with pytest.raises(ocsp.OcspMalformed):
        ocsp.read_request(data)


@pytest.mark.parametrize("length", [0, 129, 300])
def test_a_nonce_has_one_to_128_octets(length):
    written = ocsp.build_request([an_id(b"\x01")], nonce=b"n")
    nonce = der.octet_string(b"n" * length)
    swapped = with_nonce(written, nonce)

    with pytest.raises(ocsp.OcspNonceLength):
        ocsp.read_request(swapped)
    with pytest.raises(ocsp.OcspNonceLength):
        ocsp.build_request([an_id(b"\x01")], nonce=b"n" * length)


def with_nonce(request_der, value):
    tbs = der.read_one(request_der).enter()
    requests = tbs.element(tags.SEQUENCE).encoded
    extension = der.sequence(der.oid("1.3.6.1.5.5.7.48.1.2"), der.octet_string(value))
    return der.sequence(der.sequence(requests, der.explicit(2, der.sequence(extension))))


def test_a_request_too_large_is_not_even_read():
    with pytest.raises(ocsp.OcspTooLarge):
        ocsp.read_request(bytes(20_000))


def test_too_many_certificates_in_one_request_are_refused():
    with pytest.raises(ocsp.OcspTooLarge):
        ocsp.read_request(ocsp.build_request([an_id(b"\x01")] * 51))


def test_a_request_about_nothing_is_malformed():
    with pytest.raises(ocsp.OcspMalformed):
        ocsp.read_request(ocsp.build_request([]))


@pytest.mark.parametrize(
    "status",
    [status for status in ocsp.OcspResponseStatus if status is not ocsp.OcspResponseStatus.SUCCESSFUL],
)
def test_an_error_says_only_that_it_is_one(status):
    encoded = ocsp.error_response(status)

    assert other.load_der_ocsp_response(encoded).response_status.value == status.value
    assert ocsp.read_response(encoded) == ocsp.OcspResponse(status=status)


def test_the_hashes_are_those_that_others_compute():
    issuer = x509.load_der_x509_certificate(identity_authority().certificate_der)
    certificate = x509.load_der_x509_certificate(identity_authority().certify(ashas_tbs()))
    theirs = other.OCSPRequestBuilder().add_certificate(certificate, issuer, hashes.SHA256()).build()

    ours = ocsp.cert_id_hashes(
        identity_authority().name_der, spki_of(identity_authority().key), HashAlgorithm.SHA256
    )

    assert ours == (theirs.issuer_name_hash, theirs.issuer_key_hash)


SIXTEEN = b"\x45" + bytes(range(15))


def strictly(request):
    """What the reader of whole requests says; None if it refuses."""
    try:
        return requests._read_request(request, 50)
    except der.MalformedDer:
        return None


@pytest.mark.parametrize("algorithm", list(HashAlgorithm))
@pytest.mark.parametrize("octets", [None, 1, 16, 32])
def test_the_usual_question_is_read_as_any_other(algorithm, octets):
    request = ocsp.build_request([an_id(SIXTEEN, algorithm)], nonce=octets and bytes(range(octets)))
    assert read_plain(request) == strictly(request) is not None


@pytest.mark.parametrize("algorithm", list(HashAlgorithm))
def test_whatever_is_read_as_usual_is_what_a_strict_reader_says(algorithm):
    request = ocsp.build_request([an_id(SIXTEEN, algorithm)], nonce=b"\x05" * 32)
    for at in range(len(request)):
        for octet in {0, 1, 0x30, 0x7F, 0x80, 0x81, 0xFF, request[at] ^ 1, (request[at] + 1) % 256}:
            other = request[:at] + bytes([octet]) + request[at + 1 :]
            for one in (other, other[:-1], other + b"\x00"):
                assert read_plain(one) in (None, strictly(one))


@pytest.mark.parametrize(
    "asks",
    [
        lambda: ocsp.build_request([an_id(SIXTEEN), an_id(SIXTEEN)]),
        lambda: ocsp.build_request([an_id(SIXTEEN)], nonce=bytes(33)),
        lambda: ocsp.build_request([an_id(b"\x05")]),
        lambda: ocsp.build_request([an_id(b"\x00" + b"\x80" * 15)]),
    ],
)
def test_what_is_not_usual_is_left_to_the_strict_reader(asks):
    assert read_plain(asks()) is None
    assert strictly(asks()) == ocsp.read_request(asks())
