"""A population is issued while kill -9 falls on a worker, a signer and the database in turn; prints what became of it, as JSON.

A program of its own, since a process has one role: `python night.py COUNT BLOWS SEED`.
"""

import json
import os
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chopmark.config.bench.stage import become, stage, until
from chopmark.config.children import authority_environment
from chopmark.config.clusters import Cluster
from chopmark.config.home import Home
from chopmark.config.processes import Kept, stop_all
from guarantee.draws import chance
from outcome import LETTERS, counted, in_hand, is_settled, patiently, told

VICTIMS = ("worker", "signer", "database")
MODULES = {"worker": "chopmark.config.worker_main", "signer": "chopmark.config.signer_root"}
EACH = 2  # processes of a kind
CHUNKS = 100  # at least so many, so that there are moments to choose from
LONGEST_WAIT = 0.2
AIMED, AIM_FOR = 0.5, 2.0  # so many of the signer's blows wait for a claim, so many seconds at most
PATIENCE = 1800.0
# What is done when all is made, a little at a time: the repository's files, and letters, of which an hour has its share.
AFTERWARDS = (*LETTERS, "chunk.accepted")


@dataclass
class Night:
    """What runs, whatever is done to it, and how often something was."""

    home: Home
    database: Cluster
    kept: dict[str, list[Kept]]
    fallen: Counter[str] = field(default_factory=Counter)
    over: threading.Event = field(default_factory=threading.Event)

    @classmethod
    def on(cls, home: Home) -> "Night":
        return cls(
            home, home.databases()[0], {name: [_kept(home, name) for _ in range(EACH)] for name in MODULES}
        )

    def look_after(self) -> None:
        """Start again what has died, as `chopmark up` does."""
        while not self.over.wait(0.05):
            for one in self._all():
                one.look_after(time.monotonic())

    def strike(self, victim: str, seed: str) -> None:
        if victim == "database":
            postmaster = int((self.database.data / "postmaster.pid").read_text().split()[0])
            os.kill(postmaster, signal.SIGKILL)
            self.database.start()
        else:
            alive = [one.running for one in self.kept[victim] if one.running is not None]
            if not alive:
                return
            os.killpg(alive[int(chance(seed, "which") * len(alive))].pid, signal.SIGKILL)
        self.fallen[victim] += 1

    @contextmanager
    def running(self) -> Iterator[None]:
        keeper = threading.Thread(target=self.look_after)
        keeper.start()
        try:
            yield
        finally:
            self.over.set()
            keeper.join()
            stop_all(self._all())

    def _all(self) -> list[Kept]:
        return [one for kind in self.kept.values() for one in kind]


def _kept(home: Home, name: str) -> Kept:
    return Kept(
        name=name,
        command=[sys.executable, "-m", MODULES[name]],
        environment=authority_environment(home, name),
        log=home.path / "run" / f"{name}.log",
    )


def night(home: Home, count: int, blows: int, seed: str) -> dict[str, Any]:
    """Issue so many while so many blows fall at random moments of it; what is in the books when nothing is on its way."""
    campaign = _staged(home, count)
    night, began = Night.on(home), time.monotonic()
    moments = sorted(chance(seed, f"moment {number}") * 0.8 for number in range(blows))
    had = []
    with night.running():
        _start(campaign)
        for number, moment in enumerate(moments):
            until(lambda moment=moment: _issued(campaign) >= moment * count, "it goes on", within=PATIENCE)
            time.sleep(chance(seed, f"wait {number}") * LONGEST_WAIT)
            victim = VICTIMS[number % len(VICTIMS)]
            if victim == "signer" and chance(seed, f"aim {number}") < AIMED:
                _until_in_hand()
            had.append(_issued(campaign))
            night.strike(victim, f"{seed} {number}")
        until(lambda: _pending(campaign) == 0, "it comes to an end", within=PATIENCE)
        until(lambda: is_settled(but=AFTERWARDS), "nothing is on its way", within=PATIENCE)
    ((spent,),) = told("select count(*) from issuance_spentchunk")
    return {
        "fallen": dict(night.fallen),
        "struck_at": had,
        "counted": counted(),
        "spent_chunks": spent,
        "faults": _faults(),
        "seconds": round(time.monotonic() - began),
    }


def _staged(home: Home, count: int) -> Any:
    from chopmark.authority.campaigns.models import Campaign
    from chopmark.authority.kernel import clock
    from chopmark.config.bench import population

    population.CHUNK = min(population.CHUNK, -(-count // CHUNKS))
    owner, now = population.stand_in_for_owner(home), clock.now()
    campaign = population.approved_campaign(count, Campaign.Input.KEYS, now)
    population.name_all(campaign, owner, now)
    return campaign


def _start(campaign: Any) -> None:
    from chopmark.authority.campaigns import services
    from chopmark.authority.kernel import clock
    from chopmark.config.bench import population

    services.start(reference=campaign.reference, actor=population.operator(1), now=clock.now())


def _until_in_hand() -> None:
    """A signer has claimed a chunk and has not recorded it: the moment at which its death costs numbers."""
    end = time.monotonic() + AIM_FOR
    while not in_hand() and time.monotonic() < end:
        pass


def _issued(campaign: Any) -> int:
    from chopmark.authority.campaigns import selectors

    return patiently(lambda: selectors.progress(campaign)).issued


def _pending(campaign: Any) -> int:
    from chopmark.authority.campaigns import selectors

    return patiently(lambda: selectors.progress(campaign)).pending


def _faults() -> list[str]:
    """All that `chopmark audit --settled` finds; no responder runs here."""
    from chopmark.authority.kernel import clock
    from chopmark.config.audit.command import faults

    return [str(fault) for fault in faults(now=clock.now(), settled=True, ocsp_address=None)]


def main(count: int, blows: int, seed: str) -> None:
    with stage() as home:
        become(home, "migrate")
        try:
            said = night(home, count, blows, seed)
        except BaseException:
            for name in MODULES:
                sys.stderr.write(_last_words(home.path / "run" / f"{name}.log"))
            raise
    sys.stdout.write(json.dumps(said))


def _last_words(log: Path) -> str:
    return f"-- {log.name}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-40:]) + "\n"


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
