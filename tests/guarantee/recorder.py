"""Between the authority and its witness: what was asked and what was answered is kept, whoever dies in between."""

import http.client
import socket
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from chopmark.pki.tlog.witnessing import parse_request


@dataclass
class Recorder:
    """Passes requests on, and remembers each checkpoint that was cosigned with the line that the witness gave."""

    witness: str
    cosigned: list[tuple[str, str]] = field(default_factory=list)
    refused: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        recorder = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sent = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = recorder.pass_on(self.path, sent)
                self.send_response(status)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """Whoever asked has been killed meanwhile."""

        self._server = Server(("127.0.0.1", 0), Door)
        self._thread = threading.Thread(target=self._server.serve_forever, name="recorder")
        self._thread.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def pass_on(self, path: str, sent: bytes) -> tuple[int, bytes]:
        status, answer = posted(self.witness, path, sent)
        if status == http.client.OK:
            self.cosigned.append((parse_request(sent).checkpoint, answer.decode()))
        elif status not in (http.client.CONFLICT, http.client.SERVICE_UNAVAILABLE):
            self.refused.append(status)
        return status, answer

    def stop(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def posted(address: str, path: str, octets: bytes) -> tuple[int, bytes]:
    return asked(address, "POST", path, octets)


def asked(address: str, method: str, path: str, octets: bytes | None = None) -> tuple[int, bytes]:
    """What a witness answers; 503 where it is dead, or dies before its answer is whole."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=5)
    try:
        connection.request(method, path, octets)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        return http.client.SERVICE_UNAVAILABLE, b""
    finally:
        connection.close()


def a_port() -> int:
    """A port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
