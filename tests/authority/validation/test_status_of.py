import pytest
from django.db import DatabaseError

from authority.signing_stage import A_SECOND, NOON
from chopmark.authority.custody import selectors as custody
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.validation import status_source
from chopmark.authority.validation.errors import StatusNotKnown
from chopmark.authority.validation.status_source import status_of
from chopmark.pki.certificates import read_certificate
from chopmark.pki.crl import CRLReason
from chopmark.pki.ocsp import CertStatus

SERIAL = bytes.fromhex("40" + "11" * 15)


@pytest.fixture
def recorded(issuing):
    Certificate.objects.create(
        issuer_id=issuing.id,
        serial_number=SERIAL,
        certificate_der=b"",
        fingerprint_sha256=bytes(32),
        application_reference="AP261100001",
        type_code="personal",
        subject="CN=CHAN Tai Man",
        not_before=NOON,
        not_after=NOON,
        leaf_id=1,
        recorded_at=NOON,
    )


def revoke(issuing, at=NOON):
    Revocation.objects.create(issuer_id=issuing.id, serial_number=SERIAL, reason=1, revoked_at=at)


def test_it_works(issuing, recorded):
    assert status_of(issuing.id, SERIAL, at=NOON).status is CertStatus.GOOD
    revoke(issuing, at=NOON + A_SECOND)

    found = status_of(issuing.id, SERIAL, at=NOON + A_SECOND)

    assert (found.status, found.revoked_at, found.reason) == (
        CertStatus.REVOKED,
        NOON + A_SECOND,
        CRLReason.KEY_COMPROMISE,
    )
    assert status_of(issuing.id, SERIAL, at=NOON).status is CertStatus.GOOD


def test_a_serial_number_that_was_never_recorded_is_unknown(issuing):
    assert status_of(issuing.id, SERIAL, at=NOON).status is CertStatus.UNKNOWN


def test_a_certificate_is_good_from_its_recording_and_not_before(issuing, recorded):
    assert status_of(issuing.id, SERIAL, at=NOON - A_SECOND).status is CertStatus.UNKNOWN


def test_a_spent_serial_number_is_revoked_though_no_certificate_was_recorded(issuing):
    revoke(issuing)
    assert status_of(issuing.id, SERIAL, at=NOON).status is CertStatus.REVOKED


def test_an_authority_certificate_has_a_status_too(issuing):
    root = custody.authority(issuing.parent_id)
    serial = read_certificate(issuing.certificate_der).serial_number
    assert status_of(root.id, serial, at=NOON).status is CertStatus.GOOD


def test_another_issuers_serial_number_says_nothing(issuing, recorded):
    other = custody.authority_by_slug("tls-1")
    assert status_of(other.id, SERIAL, at=NOON).status is CertStatus.UNKNOWN


def test_what_cannot_be_read_is_not_said_to_be_good(issuing, recorded, monkeypatch):
    def away(*args):
        raise DatabaseError

    monkeypatch.setattr(status_source, "revocation_of", away)
    with pytest.raises(StatusNotKnown):
        status_of(issuing.id, SERIAL, at=NOON)
