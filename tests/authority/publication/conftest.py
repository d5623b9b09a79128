import pytest

from authority.signing_stage import NOON, ceremony, claimer, hierarchy, issuing, token  # noqa: F401  fixtures
from chopmark.authority.revocation.models import Revocation

SERIAL = bytes.fromhex("40" + "11" * 15)


@pytest.fixture
def public(tmp_path, settings):
    settings.CHOPMARK_PUBLIC_DIR = tmp_path / "public"
    return tmp_path / "public"


@pytest.fixture
def revoke(issuing):  # noqa: F811  the fixture
    def revoke(serial_number=SERIAL, at=NOON, reason=1):
        Revocation.objects.create(
            issuer_id=issuing.id, serial_number=serial_number, reason=reason, revoked_at=at
        )

    return revoke
