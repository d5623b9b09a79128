"""The stage of tests about the responder: delegates, certificates, and a status store that follows their database."""

from datetime import timedelta

import pytest

from authority.signing_stage import NOON
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.protocols.ocsp.delegations import Delegations
from chopmark.authority.revocation.models import Revocation
from chopmark.authority.validation import signing
from chopmark.authority.validation.status_feed import follow
from chopmark.authority.validation.status_source import StatusSource
from chopmark.authority.validation.status_store import StatusStore

GOOD = bytes.fromhex("40" + "11" * 15)
REVOKED = bytes.fromhex("41" + "22" * 15)
NEVER = bytes.fromhex("42" + "33" * 15)


@pytest.fixture
def delegations(issuing, token, claimer):
    delegations = Delegations()
    delegations.refresh(NOON)
    signing.run_once(token=token, now=NOON, claimer=claimer)
    delegations.refresh(NOON)
    return delegations


@pytest.fixture
def certificates(issuing):
    for number, serial in enumerate((GOOD, REVOKED)):
        Certificate.objects.create(
            issuer_id=issuing.id,
            serial_number=serial,
            certificate_der=b"",
            fingerprint_sha256=bytes([number]) * 32,
            application_reference="AP261100001",
            type_code="personal",
            subject="CN=CHAN Tai Man",
            not_before=NOON,
            not_after=NOON,
            leaf_id=1,
            recorded_at=NOON,
        )
    Revocation.objects.create(issuer_id=issuing.id, serial_number=REVOKED, reason=1, revoked_at=NOON)


@pytest.fixture
def store(tmp_path):
    with StatusStore(tmp_path / "status") as store:
        yield store


@pytest.fixture
def source():
    return StatusSource(may_lag=timedelta(seconds=30))


@pytest.fixture
def know(store, source):
    """Do a round, and let the source vouch for the store as of then."""

    def know(now=NOON):
        changed = follow(store)
        source.read_from(store, right_as_of=now)
        return changed

    return know
