import io
import os
import signal
import socket
import subprocess
import sys
import time

import httpx
import pytest

from chopmark.pki.tlog.cosignature import cosignatures, parse_cosigner_key, with_cosignatures
from chopmark.verifier.witness.app import Application
from verifier.witness.loghouse import AskingLog


def ask(witness, body=b"", path="/add-checkpoint", method="POST"):
    """Status, content type and body, as any WSGI server would have them."""
    said = []
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": io.BytesIO(body)}
    text = b"".join(Application(witness)(environ, lambda *args: said.extend(args))).decode()
    return int(said[0][:3]), dict(said[1])["Content-Type"], text


def test_it_works(start, log, key):
    status, _, text = ask(start(), log.request(0, 5))

    assert status == 200 and text.startswith("— witness.example/w1 ") and text.endswith("=\n")
    assert cosignatures(with_cosignatures(log.checkpoint(5), [text]), [key])


def test_each_refusal_has_the_status_of_the_text(start, log):
    witness = start()
    ask(witness, log.request(0, 10))

    assert ask(witness, b"nonsense")[0] == 400
    assert ask(witness, log.request(10, 5))[0] == 400
    assert ask(witness, AskingLog(log.key.name, seed=9).request(10, 11))[0] == 403
    assert ask(witness, AskingLog("log.example/nobodys").request(0, 1))[0] == 404
    assert ask(witness, log.request(3, 12)) == (409, "text/x.tlog.size", "10\n")
    assert ask(witness, log.request(10, 10, 4)) == (409, "text/x.tlog.size", "10\n")
    assert ask(witness, log.request(10, 12, 4))[0] == 422
    assert ask(witness, path="/elsewhere")[0] == 404
    assert ask(witness, path="/add-checkpoint", method="GET")[0] == 404


def test_it_says_how_it_is(start, log, folder):
    witness = start()
    assert (
        ask(witness, path="/healthz", method="GET")[0] == ask(witness, path="/readyz", method="GET")[0] == 200
    )
    ask(witness, log.request(0, 10))
    next(path for path in folder.iterdir() if len(path.name) == 64).write_bytes(b"")

    assert ask(witness, path="/readyz", method="GET")[0] == 503
    assert ask(witness, log.request(10, 11))[0] == 500


@pytest.fixture
def served(tmp_path):
    """The command itself, on a port of the loopback; killed and started again as often as wanted."""
    logs, running = (AskingLog(), AskingLog("log.example/strongroom", 2)), []
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [
        "--state",
        tmp_path / "state",
        "--key-file",
        tmp_path / "key",
        *("--log", logs[0].key),
        *("--log", logs[1].key),
        "--port",
        port,
    ]

    def begin():
        command = [sys.executable, "-m", "chopmark.config", "run", "witness", *map(str, options)]
        running.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True, process_group=0))
        key = parse_cosigner_key(running[-1].stdout.readline())
        for _ in range(200):
            try:
                httpx.get(f"http://127.0.0.1:{port}/readyz").raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.05)
        return key, f"http://127.0.0.1:{port}/add-checkpoint"

    def kill():
        process = running.pop()
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()

    yield logs, begin, kill
    while running:
        kill()


def test_the_command_serves_and_remembers_after_a_kill(served):
    (log, _), begin, kill = served
    key, address = begin()
    assert httpx.post(address, content=log.request(0, 5)).status_code == 200
    kill()
    again, address = begin()

    assert again == key
    assert httpx.post(address, content=log.request(5, 9, 2)).status_code == 422
    answer = httpx.post(address, content=log.request(5, 9))
    assert cosignatures(with_cosignatures(log.checkpoint(9), [answer.text]), [key])


def test_one_process_serves_both_logs_and_keeps_them_apart(served):
    logs, begin, kill = served
    key, address = begin()
    for log in logs:
        answer = httpx.post(address, content=log.request(0, 5))
        assert cosignatures(with_cosignatures(log.checkpoint(5), [answer.text]), [key])
    authority, owner = logs
    assert httpx.post(address, content=owner.request(5, 9)).status_code == 200
    kill()
    _, address = begin()

    # Each is judged by what was seen of it: a fork of the owner's is refused, the authority's goes on.
    assert httpx.post(address, content=owner.request(9, 12, 3)).status_code == 422
    assert httpx.post(address, content=authority.request(5, 7)).status_code == 200
    assert httpx.post(address, content=owner.request(9, 12)).status_code == 200
