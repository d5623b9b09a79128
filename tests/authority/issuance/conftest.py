"""An application on its way through the signer."""

import secrets
from uuid import uuid4

import pytest

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.issuance import composing
from chopmark.authority.issuance.models import IntendedCertificate
from chopmark.authority.kernel.identifiers import serial_from
from chopmark.authority.participants.services import subscriber_for
from world import NOON, at


@pytest.fixture(autouse=True)
def no_template_of_another_pack():
    """A process has one pack for life; a test may change the law."""
    composing._compiled.cache_clear()
    yield
    composing._compiled.cache_clear()


@pytest.fixture
def approved(world):
    """Released by the second officer; the worker has not heard of it."""
    return world.approved()


@pytest.fixture
def intended(world, approved):
    """Written down and linted; the signer has not seen it."""
    world.hears()
    return IntendedCertificate.objects.get()


@pytest.fixture
def forge(world):
    """Whoever took the worker writes an intent straight into the table."""

    def write(reference, *, spki_der=None, serial_number=None, now=NOON, alter=bytes, **row):
        application = by_reference(reference)
        serial_number = serial_number or serial_from(secrets.token_bytes(16))
        composed = composing.compose(
            application,
            srn=subscriber_for(application.record_id or uuid4(), NOON).srn,
            spki_der=spki_der or composing.public_key_of(application),
            serial_number=serial_number,
            now=now,
        )
        given = {
            "issuer_id": composed.issuer_id,
            "serial_number": serial_number,
            "application_reference": reference,
            "type_code": application.type_code,
            "subscriber_class": composed.subscriber_class,
            "policy_date": composed.policy_date,
            "tbs_certificate": alter(composed.tbs_certificate),
            "rule_set": "none",
            "intended_at": now,
        }
        with at("worker"):
            return IntendedCertificate.objects.create(**(given | row))

    return write
