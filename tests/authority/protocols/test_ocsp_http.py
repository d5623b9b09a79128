"""The responder as the Internet meets it: a real server on loopback, and answers from a stand-in."""

import asyncio
import base64
import socket
import threading
from datetime import timedelta

import httpx
import pytest
from django.db import OperationalError
from granian.server.embed import Server

from chopmark.authority.protocols.ocsp import app
from chopmark.authority.protocols.ocsp.answering import MOST_OCTETS, Answer
from chopmark.authority.validation.status_source import StatusSource
from chopmark.pki.ocsp import OcspResponseStatus, error_response

TRY_LATER = error_response(OcspResponseStatus.TRY_LATER)


@pytest.fixture
def responder(monkeypatch, tmp_path):
    source = StatusSource(may_lag=timedelta(seconds=30))
    responder = app.Responder(source=source, folder=tmp_path / "status")
    responder.questions = []

    def answer(question, now):
        responder.questions.append(question)
        return Answer(body=TRY_LATER, refused=("no_delegate_yet",))

    monkeypatch.setattr(responder, "answer", answer)
    monkeypatch.setattr(responder, "refresh", lambda: None)
    monkeypatch.setattr(responder, "follow", lambda loop: None)
    monkeypatch.setattr(responder, "record", lambda: None)
    return responder


@pytest.fixture
def client(responder):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    loop = asyncio.new_event_loop()
    server = Server(responder, port=port, websockets=False, log_enabled=False)
    thread = threading.Thread(target=_serve, args=(loop, server), daemon=True)
    thread.start()
    with httpx.Client(
        base_url=f"http://127.0.0.1:{port}", transport=httpx.HTTPTransport(retries=20)
    ) as client:
        yield client
    loop.call_soon_threadsafe(server.stop)
    thread.join(10)
    assert not thread.is_alive()


def _serve(loop, server):
    asyncio.set_event_loop(loop)
    loop.run_until_complete(server.serve())


def test_it_works(client, responder):
    response = client.post("/", content=b"a question", headers={"content-type": "application/ocsp-request"})
    assert (response.status_code, response.content) == (200, TRY_LATER)
    assert response.headers["content-type"] == "application/ocsp-response"
    assert response.headers["cache-control"] == "no-store"
    assert responder.questions == [b"a question"]


def test_a_get_carries_its_question_in_the_path(client, responder):
    question = bytes(range(250, 256)) * 5  # base64 with slashes and pluses
    encoded = base64.b64encode(question).decode()
    client.get(f"/{encoded}")
    client.get("/" + encoded.replace("/", "%2F").replace("+", "%2B").replace("=", "%3D"))
    assert responder.questions == [question, question]


def test_a_path_that_is_not_base64_is_an_empty_question(client, responder):
    client.get("/favicon.ico!")
    assert responder.questions == [b""]


def test_a_question_that_says_it_is_too_long_is_not_read(client, responder):
    response = client.post("/", content=bytes(MOST_OCTETS + 1))
    assert response.status_code == 413
    assert responder.questions == []


def test_a_stream_is_read_no_further_than_a_question_can_be_long(client, responder):
    sent = 0

    def endless():
        nonlocal sent
        for _ in range(10_000):
            sent += 1
            yield bytes(16 * 1024)

    try:
        response = client.post("/", content=endless())
        assert response.status_code == 413
    except httpx.TransportError:
        pass  # the server closed the connection on us, which is as good
    assert responder.questions == []
    assert sent < 10_000


def test_health_and_readiness_are_told_apart(client):
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503


def test_other_methods_are_refused(client):
    assert client.put("/", content=b"x").status_code == 405


def test_it_ends_in_order_though_the_last_counts_cannot_be_recorded(responder, monkeypatch):
    def lost():
        raise OperationalError

    monkeypatch.setattr(responder, "record", lost)
    monkeypatch.setattr(app.connection, "close", lambda: None)
    responder.__rsgi_del__(None)
    with pytest.raises(RuntimeError):  # its helpers have been sent home
        responder._pool.submit(lost)
