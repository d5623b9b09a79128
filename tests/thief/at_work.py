"""What the thief does under one account: `python -m thief.at_work VERB`; one JSON object in, one JSON value out.

Nothing here asserts: it tries, and says what came of it. Root, who watches, knows every name and tells him all of them.
"""

import contextlib
import ctypes
import json
import os
import signal
import socket
import stat
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import psycopg

from thief import forging

PTRACE_ATTACH, PTRACE_DETACH = 16, 17


def reads(paths: list[str]) -> list[str]:
    """Which of these files, or names in these folders, can be read."""
    return [path for path in paths if _can_read(Path(path))]


def _can_read(path: Path) -> bool:
    try:
        if stat.S_ISDIR(path.stat().st_mode):
            list(path.iterdir())
        else:
            with path.open("rb") as file:
                file.read(1)
    except OSError:
        return False
    return True


def writes(paths: list[str]) -> list[str]:
    """Which of these files could be changed, or folders could be given another name in; nothing is."""
    return [path for path in paths if os.access(path, os.W_OK)]


def sockets(paths: list[str]) -> list[str]:
    """Which of these sockets let one connect."""
    return [path for path in paths if _connects(path)]


def _connects(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        try:
            one.connect(path)
        except OSError:
            return False
    return True


def processes(pids: list[int]) -> dict[str, list[str]]:
    """What can be had of each process: its environment, memory, open files, or itself under a debugger."""
    return {str(pid): [name for name, take in TAKES.items() if take(pid)] for pid in pids}


def _environment(pid: int) -> bool:
    return _can_read(Path(f"/proc/{pid}/environ"))


def _memory(pid: int) -> bool:
    try:
        first = Path(f"/proc/{pid}/maps").read_text().split("-")[0]
        with Path(f"/proc/{pid}/mem").open("rb") as memory:
            memory.seek(int(first, 16))
            return bool(memory.read(16))
    except (OSError, ValueError):
        return False


def _open_files(pid: int) -> bool:
    return _can_read(Path(f"/proc/{pid}/fd"))


def _home_of(pid: int) -> bool:
    return _can_read(Path(f"/proc/{pid}/root/"))


def _debugger(pid: int) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.ptrace(PTRACE_ATTACH, pid, None, None):
        return False
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, 0x40000000)  # __WALL
    libc.ptrace(PTRACE_DETACH, pid, None, None)
    return True


def _signal(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    return True


TAKES = {
    "environment": _environment,
    "memory": _memory,
    "open files": _open_files,
    "root": _home_of,
    "debugger": _debugger,
    "signal": _signal,
}


def own_child() -> dict[str, list[str]]:
    """The same on a process of his own, so that it is known that these ways work at all."""
    child = os.fork()
    if child == 0:
        time.sleep(30)
        os._exit(0)
    try:
        return {"child": [name for name, take in TAKES.items() if take(child)]}
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def connects(dsns: list[str]) -> list[str]:
    """Which of these databases let one in; what they say otherwise."""
    said = []
    for dsn in dsns:
        try:
            psycopg.connect(dsn, connect_timeout=5).close()
            said.append("in")
        except psycopg.Error as error:
            said.append(str(error))
    return said


def sql(dsn: str, statements: list[str]) -> list[Any]:
    found: list[Any] = []
    with psycopg.connect(dsn, autocommit=True) as connection:
        for statement in statements:
            try:
                cursor = connection.execute(statement)
                found.append(
                    json.loads(json.dumps(cursor.fetchall() if cursor.description else [], default=str))
                )
            except psycopg.Error as error:
                found.append(f"{type(error).__name__}: {error}")
    return found


def asks(socket: str, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ask the strongroom, one after the other, as the operator's software does."""
    with _door(socket) as door:
        return [_ask(door, one) for one in asked]


def _door(path: str) -> httpx.Client:
    transport = httpx.HTTPTransport(uds=path)
    return httpx.Client(base_url="http://strongroom", transport=transport, timeout=30, trust_env=False)


def _ask(door: httpx.Client, one: dict[str, Any]) -> dict[str, Any]:
    answer = door.post(f"/{one['verb']}", json=one["body"], headers=one.get("headers"))
    return {"status": answer.status_code, **answer.json()}


def keeps_asking(socket: str, one: dict[str, Any], threads: int) -> list[dict[str, Any]]:
    """Ask the same again and again until told to stop, each time under another name; a door that is gone is tried again.

    The moments are of the clock that all processes of a machine share.
    """
    answers: list[dict[str, Any]] = []
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    askers = [
        threading.Thread(target=_keeps_asking, args=(socket, one, stop, thread, answers))
        for thread in range(threads)
    ]
    for asker in askers:
        asker.start()
    # In turns: a signal is heard only between two steps of this thread.
    while any(asker.is_alive() for asker in askers):
        time.sleep(0.05)
    return answers


def _keeps_asking(
    path: str, one: dict[str, Any], stop: threading.Event, thread: int, answers: list[Any]
) -> None:
    number = 0
    while not stop.is_set():
        number += 1
        actor = f"{one['body']['actor']}-{thread}-{number}"
        began = time.monotonic()
        try:
            with _door(path) as door:
                said = _ask(door, {**one, "body": {**one["body"], "actor": actor}})
        except (httpx.HTTPError, ValueError):
            said = {"status": 0}
            time.sleep(0.02)
        answers.append({**said, "actor": actor, "began": began, "ended": time.monotonic()})


def hangs_up(socket: str, one: dict[str, Any], times: int) -> int:
    """Ask, and be gone before the answer."""
    for number in range(times):
        body = json.dumps({**one["body"], "actor": f"{one['body']['actor']}-{number}"}).encode()
        head = f"POST /{one['verb']} HTTP/1.1\r\nHost: strongroom\r\nContent-Length: {len(body)}\r\n\r\n"
        _send_and_go(socket, head.encode() + body)
    return times


def _send_and_go(path: str, octets: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(path)
        one.sendall(octets)


def signs_as_the_authority(
    token: str, passphrase_file: str, genuine: str, issuer: str, challenge: str
) -> dict[str, str]:
    """With the signer's files: a certificate like the genuine one for a key of his own, and what that key signs."""
    octets = bytes.fromhex(genuine), bytes.fromhex(issuer)
    return forging.forge(Path(token), Path(passphrase_file), *octets, challenge)


VERBS = {
    verb.__name__: verb
    for verb in (
        reads,
        writes,
        sockets,
        processes,
        own_child,
        connects,
        sql,
        asks,
        keeps_asking,
        hangs_up,
        signs_as_the_authority,
    )
}


if __name__ == "__main__":
    json.dump(VERBS[sys.argv[1]](**json.load(sys.stdin)), sys.stdout)
