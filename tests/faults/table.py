"""Where kill -9 falls: a row for each step of a certificate's life, a column for each process. Data only."""

from dataclasses import dataclass
from hashlib import sha256

PROCESSES = (
    "web",
    "worker",
    "signer",
    "responder",
    "strongroom",
    "authority postmaster",
    "owner postmaster",
)


@dataclass(frozen=True, slots=True)
class Step:
    """One row; the blow falls at most `lasts` seconds after the step has begun, on a quiet machine in the middle of it."""

    name: str
    lasts: float
    key_is_made: bool = False  # by the authority, behind the PIN of an envelope


STEPS = (
    Step("staff welcomed", 1.5),
    Step("begun", 0.6),
    Step("particulars", 0.8),
    Step("sighted", 0.8),
    Step("fee", 0.4),
    Step("envelope", 0.4, key_is_made=True),
    Step("release asked", 0.3),
    Step("released", 0.2),
    Step("issued", 0.6, key_is_made=True),
    Step("offered", 0.6),
    Step("accepted", 0.2),
    Step("revoked", 0.4),
    Step("list published", 0.8),
    Step("history", 0.3),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One blow: that process, at that step."""

    step: Step
    process: str

    @property
    def name(self) -> str:
        return f"{self.process} at {self.step.name}"

    def delay(self, seed: str) -> float:
        """Seconds from the step's beginning to the blow; of every four blows one falls just before the step."""
        drawn = _drawn(seed, f"when {self.name}")
        return 0.0 if drawn < 0.25 else self.step.lasts * (drawn - 0.25) / 0.75


CELLS = tuple(Cell(step, process) for step in STEPS for process in PROCESSES)


def share_of(day: int) -> tuple[Cell, ...]:
    """One process of each step, each process twice: in seven days running, all cells."""
    return tuple(
        cell
        for cell in CELLS
        if (STEPS.index(cell.step) + PROCESSES.index(cell.process) + day) % len(PROCESSES) == 0
    )


def _drawn(seed: str, what: str) -> float:
    """A number in [0, 1) that looks drawn by lot, and is the same for the same seed."""
    return int.from_bytes(sha256(f"{seed} {what}".encode()).digest()[:6], "big") / 2**48
