"""A log that has the witness cosign without pause, and after each time asks for another history, in case it has forgotten."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.pki.tlog.checkpoint import Checkpoint, format_checkpoint
from chopmark.pki.tlog.merkle import consistency_proof, leaf_hash, node_hash, root_of
from chopmark.pki.tlog.note import signature_line, signed_text, verifier_key
from chopmark.pki.tlog.witnessing import Request, encode_request
from guarantee.recorder import posted

_PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
POUNDING_KEY = verifier_key("log.example/pounding", _PRIVATE.public_key().public_bytes_raw())
PAUSE = 0.03

Node = Callable[[int, int], bytes]


@cache
def honest(level: int, index: int) -> bytes:
    """A node of the tree that everybody may see."""
    if level == 0:
        return leaf_hash(b"%d" % index)
    return node_hash(honest(level - 1, 2 * index), honest(level - 1, 2 * index + 1))


def forged(fork: int) -> Node:
    """The nodes of a tree that is another one from that index on."""

    def node(level: int, index: int) -> bytes:
        if (index + 1) << level <= fork:
            return honest(level, index)
        if level == 0:
            return leaf_hash(b"%d forged" % index)
        return node_hash(node(level - 1, 2 * index), node(level - 1, 2 * index + 1))

    return node


def request(old: int, new: int, node: Node) -> bytes:
    body = format_checkpoint(Checkpoint(POUNDING_KEY.name, new, root_of(new, node)))
    note = signed_text(body, [signature_line(POUNDING_KEY, _PRIVATE.sign(body.encode()))])
    proof = tuple(consistency_proof(old, new, node)) if old else ()
    return encode_request(Request(old, proof, note))


@dataclass
class Pounding:
    """What the witness has answered so far, and what it must never have."""

    witness: str
    size: int = 0  # what it has cosigned, as far as we were told
    cosigned: int = 0
    tried: int = 0
    faults: list[str] = field(default_factory=list)

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            before = self.size
            if self.grows():
                self.forks(before)
            stop.wait(PAUSE)

    def grows(self) -> bool:
        """Grow by one, from where it stands by its own word; answers whether it cosigned."""
        old = self.size
        status, answer = posted(self.witness, "/add-checkpoint", request(old, old + 1, honest))
        if status == HTTPStatus.CONFLICT:
            stands = int(answer)
            if stands < old:
                self.faults.append(f"the witness cosigned size {old} and now stands at {stands}")
            # Killed between remembering and answering: it is ahead of us by the one that we asked for, and no more.
            if stands > old + 1:
                self.faults.append(f"the witness stands at {stands}, and was never asked beyond {old + 1}")
            self.size = stands
            return False
        if status != HTTPStatus.OK:
            return self._was_away(status, f"grow from {old}")
        self.size, self.cosigned = old + 1, self.cosigned + 1
        return True

    def forks(self, before: int) -> None:
        """Ask for another tree of a size that it cosigned, and for one that goes on from what it cosigned before."""
        for old, new, fork in ((self.size, self.size, self.size - 1), (before, self.size + 1, before)):
            status, _ = posted(self.witness, "/add-checkpoint", request(old, new, forged(fork)))
            if status == HTTPStatus.OK:
                self.faults.append(f"the witness cosigned a tree of {new} that forks at {fork}")
            elif status not in (HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY):
                self._was_away(status, f"fork at {fork}")
            self.tried += 1

    def _was_away(self, status: int, what: str) -> bool:
        if status != HTTPStatus.SERVICE_UNAVAILABLE:
            self.faults.append(f"asked to {what} the witness answered {status}")
        threading.Event().wait(PAUSE)
        return False
