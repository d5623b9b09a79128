"""The key that we made is destroyed when its certificate is not wanted."""

import pytest

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.keymaking import selectors as keymaking
from world import NOON

pytestmark = pytest.mark.usefixtures("no_case_to_close")


@pytest.fixture
def certificate(world):
    return world.issued(key_source=KeySource.AUTHORITY)


def test_a_rejected_certificate_s_key_is_destroyed(world, certificate):
    reference = certificate.application_reference
    assert keymaking.is_held(reference)
    world.rejects(by_reference(reference))
    world.turns(now=NOON)
    assert keymaking.is_purged(reference)


def test_a_revoked_certificate_s_key_is_destroyed(world, certificate):
    world.revokes(certificate)
    world.turns(now=NOON)
    assert keymaking.is_purged(certificate.application_reference)
