"""A strongroom whose passphrase is in its holders' hands: started for real, opened by three of five, sealed again by its end."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from chopmark.config.children import strongroom_environment
from chopmark.config.home import Home, open_home
from conformance.test_up import started
from faults.stage import CHOPMARK, children_of, eventually, words_of
from patience import READY_WITHIN, STOPPED_WITHIN

STRONGROOM = [sys.executable, "-m", "chopmark.strongroom"]


@pytest.fixture(scope="module")
def home() -> Iterator[Home]:
    """A home that was set up, whose passphrase was then split among five and destroyed."""
    folder = Path(tempfile.mkdtemp(prefix="chopmark-sealed-"))
    stop(started(folder / "home"))
    home = open_home(folder / "home")
    typed = "".join(f"{word(number)}\n{word(number)}\n" for number in range(1, 6))
    said(home, "shares", "make", "--of", "5", "--needed", "3", str(folder / "shares"), typed=typed)
    (home.path / "secrets" / "strongroom.passphrase").unlink()
    yield home
    subprocess.run([*CHOPMARK, "remove", "--yes", "--home", str(home.path)], check=True)
    shutil.rmtree(folder)


def word(number: int) -> str:
    return f"the word of holder {number}"


def said(home: Home, *arguments: str, typed: str) -> str:
    """What the owner's command says to somebody who types that; hidden prompts read lines where there is no terminal."""
    environment = {**os.environ, **strongroom_environment(home, "desk")}
    done = subprocess.run(
        [*STRONGROOM, *arguments], env=environment, input=typed, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def stop(up: subprocess.Popen[bytes]) -> None:
    up.send_signal(signal.SIGTERM)
    assert up.wait(timeout=STOPPED_WITHIN) == 0


def bring(home: Home, number: int) -> str:
    file = home.path.parent / "shares" / f"share-{number}.json"
    return said(home, "unseal", str(file), typed=f"{word(number)}\n").splitlines()[-1].rpartition(": ")[2]


def desk(home: Home, path: str) -> httpx.Response | None:
    try:
        return httpx.get(home.address("desk") + path, trust_env=False)
    except httpx.TransportError:
        return None


def test_three_of_five_open_it_and_its_end_seals_it(home):
    with (home.path.parent / "up.log").open("w") as log:
        up = subprocess.Popen(
            [*CHOPMARK, "up", "--home", str(home.path)], stdout=log, stderr=log, start_new_session=True
        )
    try:
        # 1. It lives, and says that it is sealed; the desk's pages say so too.
        waiting = eventually(lambda: desk(home, "/readyz"), READY_WITHIN)
        assert (waiting.status_code, waiting.text.strip()) == (503, "not ready: sealed, 0 of 3 shares")
        assert desk(home, "/healthz").status_code == 200
        assert desk(home, "/history").status_code == 503

        # 2. Two are too few.
        assert bring(home, 1) == "sealed, 1 of 3 shares"
        assert bring(home, 4) == "sealed, 2 of 3 shares"
        assert desk(home, "/history").status_code == 503

        # 3. The third opens it, and everything becomes ready.
        assert bring(home, 2).endswith("open")
        eventually(
            lambda: "everything is ready" in (home.path.parent / "up.log").read_text() or None, READY_WITHIN
        )
        assert desk(home, "/history").status_code == 200

        # 4. A process that ends forgets.
        strongroom = next(one for one in children_of(up.pid) if "chopmark.strongroom" in words_of(one))
        os.killpg(strongroom, signal.SIGKILL)
        sealed = eventually(
            lambda: (answer := desk(home, "/readyz")) and answer.status_code == 503 and answer, READY_WITHIN
        )
        assert sealed.text.strip() == "not ready: sealed, 0 of 3 shares"
    finally:
        stop(up)
