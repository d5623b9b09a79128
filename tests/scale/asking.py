"""What relying parties hear meanwhile: both responders are asked the whole time, each on its own machine."""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field

import httpx
from cryptography import x509
from cryptography.x509.ocsp import OCSPCertStatus, OCSPResponseStatus
from layout import Running

from chopmark.config.audit.story import ask

GOOD, REVOKED, UNKNOWN = OCSPCertStatus.GOOD, OCSPCertStatus.REVOKED, OCSPCertStatus.UNKNOWN
NEVER_ISSUED = 0x5CA1E
EVERY = 0.5
# For so long a responder goes on answering when it hears nothing (`may_lag_seconds`), and a little for the asking.
MAY_LAG = 31


def answer_of(
    client: httpx.Client, responder: Running, issuer: x509.Certificate, number: int
) -> OCSPCertStatus | None:
    """What it says of a serial number; None: nothing (it is not there, or says tryLater)."""
    try:
        answer = ask(client, responder.address, issuer, number)
    except httpx.TransportError:
        return None
    is_answer = answer.response_status is OCSPResponseStatus.SUCCESSFUL
    return answer.certificate_status if is_answer else None


@dataclass(slots=True)
class Watch:
    """A relying party of one responder, who never stops asking of the same few numbers."""

    responder: Running
    issuer: x509.Certificate
    # When each was revoked: when its transaction had ended.
    revoked: dict[int, float] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    heard: Counter[str] = field(default_factory=Counter)
    longest_silence: float = 0.0
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    def begin(self) -> None:
        self._thread = threading.Thread(target=self._ask_again_and_again, daemon=True)
        self._thread.start()

    def end(self) -> None:
        assert self._thread is not None
        assert self._thread.is_alive(), "nobody asked to the end"
        self._stop.set()
        self._thread.join()

    def _ask_again_and_again(self) -> None:
        # This thread stays on that machine.
        with self.responder.host.inside(), httpx.Client(timeout=5, trust_env=False, verify=False) as client:
            self._ask_by(client)

    def _ask_by(self, client: httpx.Client) -> None:
        last = time.monotonic()
        while not self._stop.wait(EVERY):
            for number in (NEVER_ISSUED, *tuple(self.revoked)):
                asked_at = time.monotonic()
                said = answer_of(client, self.responder, self.issuer, number)
                self.heard["nothing" if said is None else said.name] += 1
                self._judge(number, said, asked_at)
                if said is not None:
                    last = time.monotonic()
                self.longest_silence = max(self.longest_silence, time.monotonic() - last)

    def _judge(self, number: int, said: OCSPCertStatus | None, asked_at: float) -> None:
        if number == NEVER_ISSUED:
            is_wrong = said not in {None, UNKNOWN}
        else:
            is_wrong = said not in {None, REVOKED} and asked_at > self.revoked[number] + MAY_LAG
        if is_wrong:
            self.wrong.append(
                f"{number:x}: {said} {asked_at - self.revoked.get(number, asked_at):.0f} s after"
            )
