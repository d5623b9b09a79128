"""Questions by the ten thousand over HTTP, asked by wrk on a core of its own, and a server that does nothing else than answer."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chopmark.config.faults import Fault

CONNECTIONS = 32

# Every question has the same length, so that the script cuts them out of one file and formats each once.
_SCRIPT = """\
local file = io.open("{questions}", "rb")
local all = file:read("*a")
file:close()
local requests, at = {{}}, 0
function init(arguments)
  for first = 1, #all, {length} do
    local question = all:sub(first, first + {length} - 1)
    if "{method}" == "GET" then
      requests[#requests + 1] = wrk.format("GET", "/" .. question)
    else
      requests[#requests + 1] = wrk.format("POST", "/", {{["Content-Type"] = "application/ocsp-request"}}, question)
    end
  end
end
function request()
  at = at % #requests + 1
  return requests[at]
end
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\\n{{"requests": %d, "microseconds": %d, "p99_microseconds": %d, "failed": %d}}\\n',
    summary.requests, summary.duration, latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """What a server did under as many questions as it could answer."""

    per_second: float
    p99_ms: float


@dataclass(frozen=True, slots=True)
class Cores:
    """One core for what is measured and another for who asks; the same where there is only one."""

    server: int
    load: int

    @classmethod
    def of_this_machine(cls) -> "Cores":
        usable = sorted(os.sched_getaffinity(0))
        return cls(usable[0], usable[-1])


def pinned_to(core: int) -> Callable[[], None]:
    return lambda: os.sched_setaffinity(0, {core})


def require_wrk() -> str:
    found = shutil.which("wrk")
    if found is None:
        raise Fault("wrk, which asks the questions, is not installed", "apt-get install wrk")
    return found


def start(
    address: str, questions: Sequence[bytes], *, method: str, seconds: int, core: int, folder: Path
) -> "subprocess.Popen[str]":
    """Begin to ask; `finish` says what came of it."""
    if len({len(question) for question in questions}) != 1:
        raise ValueError("the questions have different lengths")
    (folder / "questions").write_bytes(b"".join(questions))
    script = folder / "load.lua"
    script.write_text(_SCRIPT.format(questions=folder / "questions", length=len(questions[0]), method=method))
    return subprocess.Popen(
        [require_wrk(), "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-s", str(script), address],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=pinned_to(core),  # noqa: PLW1509  a measurement has one thread
    )


def finish(load: "subprocess.Popen[str]") -> Rate:
    said, _ = load.communicate()
    if load.returncode:
        raise Fault(f"wrk ended with exit code {load.returncode}", "read what it says above")
    found = json.loads(said.splitlines()[-1])
    if found["failed"]:
        raise Fault(
            f"{found['failed']} questions of {found['requests']} had no answer", "look at the responder's log"
        )
    return Rate(found["requests"] / found["microseconds"] * 1e6, found["p99_microseconds"] / 1000)


async def bare(scope: Any, protocol: Any) -> None:
    """The least that an RSGI application can do with a question: read it, and send as many octets as an answer has."""
    await protocol()
    protocol.response_bytes(200, [("content-type", "application/ocsp-response")], _ANSWER)


_ANSWER = bytes(1200)
