"""Some blows at random; tests/conformance has many more."""

import sys

from tampering.blows import SEED, unnamed

COUNT = 15


def test_whatever_is_done_is_found_and_named(scene, tmp_path, capsys):
    with capsys.disabled():
        sys.stdout.write(f" CHOPMARK_TAMPER_SEED={SEED} ")
    missed = unnamed(scene, COUNT, tmp_path / "keep")
    assert not missed, f"CHOPMARK_TAMPER_SEED={SEED}\n" + "\n".join(missed)
