"""A measurement's figures in a file, with what the machine was: docs/performance.md is made of such files and nothing else."""

import json
import os
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from chopmark.config.binaries import find_binaries

Figures = Mapping[str, float | int | str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a figure depends on besides the software."""

    cores: int
    model: str
    python: str
    postgresql: str

    @classmethod
    def this(cls) -> "Machine":
        return cls(
            cores=os.cpu_count() or 1,
            model=_model(),
            python=platform.python_version(),
            postgresql=find_binaries().version(),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One run: which measurement, on which day, on what, whether others used the machine, and what it said."""

    measurement: str
    on: str
    machine: Machine
    quiet: bool
    load_before: float  # processes that wanted a core before the run, over the last minute
    figures: Figures

    @classmethod
    def read(cls, path: Path) -> "Kept":
        said = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**said, "machine": Machine(**said["machine"])})

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Where the runs of this command are kept; one of the same settings replaces what was there."""

    folder: Path
    quiet: bool
    today: date
    load_before: float

    def keep(self, measurement: str, settings: Mapping[str, object], figures: Figures) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = "-".join([measurement, *(str(value) for _, value in sorted(settings.items()))])
        Kept(
            measurement=measurement,
            on=self.today.isoformat(),
            machine=Machine.this(),
            quiet=self.quiet,
            load_before=round(self.load_before, 1),
            figures=figures,
        ).write(self.folder / f"{name}.json")


def _model() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    named = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return named[0] if named else platform.machine()
