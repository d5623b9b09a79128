import pytest

from authority.signing_stage import ceremony, claimer, hierarchy, issuing, token  # noqa: F401  fixtures
from chopmark.authority.validation.status_feed import follow
from chopmark.authority.validation.status_store import StatusStore


@pytest.fixture
def store(tmp_path):
    with StatusStore(tmp_path / "status") as store:
        follow(store)
        yield store
