"""`chopmark bench ocsp`: one responder on one core, asked from another as fast as it answers."""

import base64
import os
import secrets
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click
import httpx
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from chopmark.config.bench import load
from chopmark.config.bench.load import Cores, Rate
from chopmark.config.bench.printing import JSON, Figures, percentile, say
from chopmark.config.bench.stage import become, stage
from chopmark.config.children import Child, child, granian
from chopmark.config.faults import Fault
from chopmark.config.home import Home
from chopmark.pki.ocsp import (
    CertStatus,
    HashAlgorithm,
    OcspResponseStatus,
    build_request,
    cert_id,
    read_response,
)

if TYPE_CHECKING:
    from chopmark.authority.custody.selectors import IssuingAuthority

# As many as a large site's clients ask about again and again; they fit in what a responder keeps.
ASKED_AGAIN = 10_000
REVOCATIONS = 100
READY_WITHIN = 120.0
PER_STATEMENT = 100_000


@click.command()
@click.option(
    "--certificates", default=100_000, show_default=True, help="How many certificates are recorded."
)
@click.option("--seconds", default=5, show_default=True, help="How long each kind of question is asked.")
@JSON
def command(certificates: int, seconds: int, as_json: bool) -> None:
    """Answers a second by one responder process: said again, and signed live for a nonce."""
    load.require_wrk()
    with stage() as home, tempfile.TemporaryDirectory(prefix="chopmark-load-") as folder:
        become(home, "migrate")
        say(_Measurement(home, Path(folder), certificates, seconds).figures(), as_json=as_json)


@dataclass(frozen=True, slots=True)
class _Measurement:
    home: Home
    folder: Path
    certificates: int
    seconds: int

    def figures(self) -> Figures:
        cores, issuer = Cores.of_this_machine(), _issuer()
        _record(self.certificates, issuer.id)
        with _running(child("signer"), self.home):
            with _responder(self.home, cores) as cold:
                pass
            with _responder(self.home, cores) as warm:
                bare, signatures = [self._bare(cores)], [_signatures(cores)]
                asked = [_question(issuer, number) for number in self._asked_again()]
                nonces = [
                    _question(issuer, number, secrets.token_bytes(32)) for number in self._asked_again()
                ]
                paths = [quote(base64.b64encode(one), safe="").encode() for one in asked]
                self._rate(asked, "POST", cores)  # fills what it says again
                post = self._rate(asked, "POST", cores)
                self._rate(_of_one_length(paths), "GET", cores)
                get = self._rate(_of_one_length(paths), "GET", cores)
                nonce = self._rate(nonces, "POST", cores)
                waited = self._revocations(issuer, asked, cores)
                bare.append(self._bare(cores))
                signatures.append(_signatures(cores))
        raw, most = statistics.mean(signatures), statistics.mean(bare)
        return {
            "certificates": self.certificates,
            "cached_per_second": min(post.per_second, get.per_second),
            "cached_post_per_second": post.per_second,
            "cached_get_per_second": get.per_second,
            "nonce_per_second": nonce.per_second,
            "p99_ms": max(post.p99_ms, get.p99_ms, nonce.p99_ms),
            "cached_post_p99_ms": post.p99_ms,
            "cached_get_p99_ms": get.p99_ms,
            "nonce_p99_ms": nonce.p99_ms,
            "revocation_to_ocsp_p99_ms": percentile(waited, 99),
            "cold_start_seconds": cold,
            "warm_start_seconds": warm,
            "bare_handler_per_second": most,
            "raw_signatures_per_second": raw,
            "cached_to_bare_ratio": post.per_second / most,
            # A live answer is at the least a bare one and a signature.
            "nonce_to_limit_ratio": nonce.per_second * (1 / most + 1 / raw),
        }

    def _asked_again(self) -> range:
        return range(min(ASKED_AGAIN, self.certificates))

    def _rate(self, questions: Sequence[bytes], method: str, cores: Cores) -> Rate:
        _require_good(self.home, questions[-1], method)
        rate = load.finish(self._load(questions, method, cores, self.seconds))
        _require_good(self.home, questions[-1], method)
        return rate

    def _load(
        self, questions: Sequence[bytes], method: str, cores: Cores, seconds: int, address: str = ""
    ) -> "subprocess.Popen[str]":
        return load.start(
            address or _address(self.home),
            questions,
            method=method,
            seconds=seconds,
            core=cores.load,
            folder=self.folder,
        )

    def _bare(self, cores: Cores) -> float:
        """The rate of a handler that does nothing, on the desk's port, where nobody is."""
        port = self.home.port("desk")
        address = f"http://127.0.0.1:{port}"
        command = [*granian(port), "chopmark.config.bench.load:bare"]
        with _process(command, {}, self.folder / "bare.log", cores.server):
            _until(lambda: _is_up(address), "the bare handler answers")
            return load.finish(self._load([bytes(84)], "POST", cores, self.seconds, address)).per_second

    def _revocations(self, issuer: "IssuingAuthority", asked: Sequence[bytes], cores: Cores) -> list[float]:
        """Milliseconds from the end of a revocation's transaction to the first answer that says so, under load."""
        waited: list[float] = []
        count = min(REVOCATIONS, self.certificates - 1)
        running = self._load(asked, "POST", cores, seconds=max(self.seconds, 5))
        with httpx.Client(base_url=_address(self.home)) as client:
            for number in range(count):
                _revoke(issuer.id, serial_number(number))
                began = time.monotonic()
                while _status(client, asked[number]) is not CertStatus.REVOKED:
                    pass
                waited.append((time.monotonic() - began) * 1000)
                if running.poll() is not None:
                    break
        load.finish(running)
        return waited


def serial_number(number: int) -> bytes:
    """As `_RECORD` makes it in the database."""
    return b"\x40" + md5(str(number).encode(), usedforsecurity=False).digest()[1:]


# As a campaign leaves them, but for what no responder reads: many to a statement, in no order of serial numbers.
_RECORD = """
    insert into issuance_certificate (issuer_id, serial_number, kind, certificate_der, fingerprint_sha256,
        application_reference, type_code, subject, not_before, not_after, leaf_id, recorded_at)
    select %(issuer)s, '\\x40'::bytea || substring(decode(md5(number::text), 'hex') from 2), 'certificate',
        %(der)s, sha256(number::text::bytea), 'BENCH', 'personal', 'CN=CHAN Tai Man', now(), now() + interval '3 years', 1, now()
    from generate_series(%(first)s::bigint, %(last)s::bigint) number
"""


def _record(count: int, issuer_id: int) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for first in range(0, count, PER_STATEMENT):
            last = min(first + PER_STATEMENT, count) - 1
            cursor.execute(_RECORD, {"issuer": issuer_id, "der": bytes(900), "first": first, "last": last})
        # As PostgreSQL does by itself after so many rows.
        cursor.execute("vacuum (analyze) issuance_certificate")


def _issuer() -> "IssuingAuthority":
    from chopmark.authority.custody.selectors import authority_by_slug

    return authority_by_slug("identity-1")


def _question(issuer: "IssuingAuthority", number: int, nonce: bytes | None = None) -> bytes:
    asked = cert_id(
        issuer_name_der=issuer.name_der,
        issuer_spki_der=issuer.spki,
        serial_number=serial_number(number),
        algorithm=HashAlgorithm.SHA1,
    )
    return build_request([asked], nonce=nonce)


def _of_one_length(paths: Sequence[bytes]) -> list[bytes]:
    """Percent signs make some longer than others: those of the commonest length are enough."""
    length = statistics.mode(map(len, paths))
    return [path for path in paths if len(path) == length]


def _revoke(issuer_id: int, serial: bytes) -> None:
    from chopmark.authority.kernel import clock
    from chopmark.authority.kernel.actors import process
    from chopmark.authority.revocation.services import revoke_declined

    revoke_declined(issuer_id=issuer_id, serial_number=serial, actor=process("worker"), now=clock.now())


def _status(client: httpx.Client, question: bytes) -> CertStatus | None:
    response = read_response(client.post("/", content=question).content)
    return response.data.responses[0].status if response.data is not None else None


def _require_good(home: Home, question: bytes, method: str) -> None:
    """What is counted is answers, and not refusals, which are said with the same status."""
    with httpx.Client(base_url=_address(home)) as client:
        answer = (
            client.post("/", content=question) if method == "POST" else client.get(f"/{question.decode()}")
        )
    if read_response(answer.content).status is not OcspResponseStatus.SUCCESSFUL:
        raise Fault("the responder does not answer what it was asked", "look at its log")


def _signatures(cores: Cores) -> float:
    """P-256 signatures of an answer's length in a second, by the library alone, on the responder's core."""
    usable = os.sched_getaffinity(0)
    key, data, algorithm = ec.generate_private_key(ec.SECP256R1()), bytes(200), ec.ECDSA(hashes.SHA256())
    os.sched_setaffinity(0, {cores.server})
    try:
        count, began = 0, time.monotonic()
        while (took := time.monotonic() - began) < 1:
            for _ in range(100):
                key.sign(data, algorithm)
            count += 100
        return count / took
    finally:
        os.sched_setaffinity(0, usable)


@contextmanager
def _responder(home: Home, cores: Cores) -> Iterator[float]:
    """The responder, ready; seconds from its start until it says so."""
    one, began = child("responder"), time.monotonic()
    with _running(one, home, cores.server):
        _until(lambda: one.is_ready(home), "the responder is ready")
        yield time.monotonic() - began


@contextmanager
def _running(one: Child, home: Home, core: int | None = None) -> Iterator[None]:
    with _process(one.command(home), one.environment(home), home.path / "logs" / f"{one.name}.log", core):
        yield


@contextmanager
def _process(
    command: Sequence[str], environment: dict[str, str], log: Path, core: int | None
) -> Iterator[None]:
    with log.open("ab") as out:
        running = subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdout=out,
            stderr=subprocess.STDOUT,
            preexec_fn=None if core is None else load.pinned_to(core),  # noqa: PLW1509  a measurement has one thread
        )
    try:
        yield
    finally:
        running.terminate()
        running.wait()


def _address(home: Home) -> str:
    return f"http://127.0.0.1:{home.port('responder')}"


def _is_up(address: str) -> bool:
    try:
        return httpx.post(address, content=b"?").is_success
    except httpx.TransportError:
        return False


def _until(is_so: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + READY_WITHIN
    while not is_so():
        if time.monotonic() > end:
            raise Fault(f"waited {READY_WITHIN:.0f} seconds, and it is not so that {what}", "look at its log")
        time.sleep(0.02)
