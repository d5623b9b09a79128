"""The world that tests of the authority's services play in."""

import pytest

from world import World, found


@pytest.fixture
def world(db, tmp_path, settings) -> World:
    """An authority with keys, staff and envelopes, and folders of its own for what it publishes."""
    for name in ("LOG", "PUBLIC"):
        folder = tmp_path / name.lower()
        folder.mkdir()
        setattr(settings, f"CHOPMARK_{name}_DIR", folder)
    (tmp_path / "public" / "crl").mkdir()
    world = found(tmp_path)
    settings.CHOPMARK_DESK_RECEIPT_KEY = world.owner_key.public_key().public_bytes_raw()
    return world


@pytest.fixture
def application(world):
    """Asha's application for an e-Cert (Personal) with a key of her own, just begun."""
    return world.begins()
