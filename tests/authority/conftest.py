"""The world that tests of the authority's services play in."""

import pytest

from world import World, found, staffed


@pytest.fixture
def quick_passwords(settings) -> None:
    """Nothing is guarded by a password here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def stage(db, settings, quick_passwords) -> World:
    """Staff and the owner's desk, and no keys: enough until something is to be signed."""
    stage = staffed()
    settings.CHOPMARK_DESK_RECEIPT_KEY = stage.owner_key.public_key().public_bytes_raw()
    return stage


@pytest.fixture
def world(db, tmp_path, settings, quick_passwords) -> World:
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


@pytest.fixture
def law(tmp_path, settings):
    """Lay these files over the pack from now on, as when a rule changes between two steps."""

    def change(files: dict[str, str]) -> None:
        over = tmp_path / f"over-{len(settings.CHOPMARK_PACKS)}"
        for file, text in files.items():
            (over / file).parent.mkdir(parents=True, exist_ok=True)
            (over / file).write_text(text, encoding="utf-8")
        settings.CHOPMARK_PACKS = (*settings.CHOPMARK_PACKS, over)

    return change
