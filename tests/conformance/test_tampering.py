"""Blows at random, no kind again before every other: two hundred, or six hundred with CHOPMARK_BLOWS=all."""

import sys

from authority.conftest import quick_passwords, world  # noqa: F401  fixtures
from authority.delivery.conftest import no_case_to_close  # noqa: F401  a fixture
from share import IS_WHOLE
from tampering.blows import SEED, unnamed
from tampering.conftest import scene  # noqa: F401  a fixture

COUNT = 600 if IS_WHOLE else 200


def test_whatever_is_done_is_found_and_named(scene, tmp_path, capsys):  # noqa: F811  the fixture above
    with capsys.disabled():
        sys.stdout.write(f" CHOPMARK_TAMPER_SEED={SEED} ")
    missed = unnamed(scene, COUNT, tmp_path / "keep")
    assert not missed, f"CHOPMARK_TAMPER_SEED={SEED}\n" + "\n".join(missed)
