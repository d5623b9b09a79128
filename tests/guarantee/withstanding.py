"""Load on everything, blows as they were drawn, and a judgement after each and at the end."""

import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from chopmark.config.children import authority_environment
from guarantee import judging, watching
from guarantee.callers import Callers
from guarantee.draws import Blow
from guarantee.house import House, eventually
from guarantee.pounding import POUNDING_KEY, Pounding
from guarantee.watching import Watcher
from patience import SETTLED_WITHIN, STOPPED_WITHIN

# How often the independent verifier reads everything while the blows fall.
READ_EVERY = 40
NEXT_WITHIN = 5.0
ENOUGH_PEOPLE = 5


@dataclass
class Siege:
    """Everybody who loads and watches a house."""

    house: House
    callers: Callers
    pounding: Pounding
    watchers: Mapping[str, Watcher]
    writers: "subprocess.Popen[str]"
    told: dict[str, str] = field(default_factory=dict)
    fallen: Counter[str] = field(default_factory=Counter)
    threads: list[threading.Thread] = field(default_factory=list)

    @classmethod
    def of(cls, house: House) -> "Siege":
        return cls(
            house,
            Callers(house),
            Pounding(house.witness_address),
            _watchers(house),
            _writers(house),
        )

    @property
    def stop(self) -> threading.Event:
        return self.callers.stop

    def begin(self) -> None:
        self.threads = self.callers.run()
        runs = [lambda: self.pounding.run(self.stop), self._listen]
        runs += [lambda watcher=watcher: watcher.run(self.stop) for watcher in self.watchers.values()]
        for run in runs:
            thread = threading.Thread(target=run)
            thread.start()
            self.threads.append(thread)
        eventually(lambda: len(self.callers.people) >= ENOUGH_PEOPLE, "people have applied")

    def _listen(self) -> None:
        assert self.writers.stdout is not None
        for line in self.writers.stdout:
            self.told |= judging.told_by(line)

    def strike(self, blow: Blow) -> None:
        """One blow, when it was drawn; nothing that was seen until then is wrong."""
        if not blow.is_double:
            self.house.wait_until_ready(blow.victim)
        if blow.at_publishing:
            side = "authority" if blow.victim == "sequencer" else "owner"
            self.watchers[f"{side} folder"].wait_for_next(NEXT_WITHIN)
        time.sleep(blow.delay)
        self.house.kill(blow.victim)
        self.fallen[blow.victim] += 1
        assert not self.seen(), "\n".join(self.seen())

    def seen(self) -> list[str]:
        """What anybody who asks or watches has found wrong."""
        watched = [fault for watcher in self.watchers.values() for fault in watcher.faults]
        gone = (
            [] if self.stop.is_set() or self.writers.poll() is None else ["those who write leaves are gone"]
        )
        gone += [
            f"{thread.name} has ended"
            for thread in self.threads
            if not (self.stop.is_set() or thread.is_alive())
        ]
        return [*watched, *gone, *self.callers.faults, *self.pounding.faults]

    def history(self) -> list[str]:
        """What the independent verifier finds wrong while everything goes on."""
        return [
            fault
            for side in self.house.log_folders
            for fault in judging.history(self.house, side, self._kept(side))
        ]

    def _kept(self, side: str) -> list[str]:
        return [
            note
            for name, watcher in self.watchers.items()
            if name.startswith(side)
            for note in list(watcher.heads.values())
        ]

    def end(self) -> None:
        """Whoever asks stops asking; what was killed comes back by itself, and nothing is on its way any more."""
        for name in self.house.processes:
            self.house.wait_until_ready(name)
        self.finish()
        self.house.rest("turning of keys")
        for side in self.house.log_folders:
            eventually(
                lambda side=side: not judging.waiting(self.house, side),
                f"the {side} log is quiet",
                SETTLED_WITHIN,
            )

    def finish(self) -> None:
        self.stop.set()
        assert self.writers.stdin is not None
        self.writers.stdin.close()
        try:
            self.writers.wait(timeout=STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            self.writers.kill()
        for thread in self.threads:
            thread.join()

    def judgement(self) -> list[str]:
        """Everything that is wrong, after all."""
        house, callers = self.house, self.callers
        notes, faults = judging.cosigned(house)
        faults += self.seen()
        faults += judging.every_record_opens(callers)
        eventually(
            lambda: not judging.waiting(house, "owner"), "the owner's log is quiet again", SETTLED_WITHIN
        )
        for side, more in (("authority", notes), ("owner", [])):
            kept = [*self._kept(side), *judging.heads(house, side), *more]
            faults += judging.history(house, side, kept)
        authority, wrong = judging.leaves(house, "authority")
        owner, wrong_too = judging.leaves(house, "owner")
        faults += [*wrong, *wrong_too]
        faults += [*judging.writers(authority, self.told), *judging.alarms(house), *judging.deadlocks(house)]
        faults += [*judging.askers(owner, callers), *judging.openings(house, owner)]
        faults += judging.records(house, callers, owner)
        return faults

    def about(self) -> str:
        """What was done, in numbers."""
        answered = sum(asking.answered for asking in self.callers.asked)
        blows = ", ".join(f"{name} {count}" for name, count in sorted(self.fallen.items()))
        return (
            f"{sum(self.fallen.values())} blows ({blows}); {answered} of {len(self.callers.asked)} askings answered, "
            f"{len(self.callers.people)} people, {self.callers.read} histories read; {len(self.told)} leaves written; "
            f"{sum(len(watcher.heads) for watcher in self.watchers.values())} heads seen; "
            f"{len(self.house.recorder.cosigned) + self.pounding.cosigned} cosignatures, {self.pounding.tried} forks tried"
        )


def withstand(house: House, blows: Sequence[Blow]) -> str:
    """All blows fall while everything is under load, and afterwards nothing is wrong; answers what was done."""
    siege = Siege.of(house)
    try:
        siege.begin()
        for number, blow in enumerate(blows, start=1):
            try:
                siege.strike(blow)
                if number % READ_EVERY == 0:
                    assert not (found := siege.history()), "\n".join(found)
            except BaseException as error:
                error.add_note(f"blow {number} of {len(blows)}: {blow}")
                raise
        siege.end()
    except BaseException:
        siege.finish()
        raise
    faults = siege.judgement()
    assert not faults, "\n".join(faults[:50])
    return siege.about()


def _watchers(house: House) -> dict[str, Watcher]:
    origins = {"authority": house.log_key.name, "pounding": POUNDING_KEY.name}
    folders = {
        f"{side} folder": watching.of_folder(side, *where) for side, where in house.log_folders.items()
    }
    memories = {
        f"memory of {name}": watching.of_memory(house.witness_state, origin)
        for name, origin in origins.items()
    }
    desk = watching.of_address("owner's", house.home.address("desk"), house.desk_log_key)
    return {**folders, "owner address": desk, **memories}


def _writers(house: House) -> "subprocess.Popen[str]":
    import os

    script = str(Path(__file__).with_name("leaving.py"))
    environment = {**os.environ, **authority_environment(house.home, "web")}
    with (house.home.path / "logs" / "leaving.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, script],
            env=environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
