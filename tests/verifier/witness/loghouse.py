"""A log that asks to be witnessed, honestly or not."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.pki.tlog.checkpoint import Checkpoint, format_checkpoint
from chopmark.pki.tlog.merkle import EMPTY_ROOT, RightEdge, consistency_proof, leaf_hash
from chopmark.pki.tlog.note import signature_line, signed_text, verifier_key
from chopmark.pki.tlog.witnessing import Request, encode_request


class AskingLog:
    """The same entries for everybody, or with `fork` others from some index on."""

    def __init__(self, origin: str = "log.example/authority", seed: int = 1) -> None:
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
        self.key = verifier_key(origin, self.private.public_key().public_bytes_raw())

    def hashes(self, size: int, fork: int | None = None) -> list[bytes]:
        return [
            leaf_hash(b"%d %s" % (at, b"" if fork is None or at < fork else b"forged")) for at in range(size)
        ]

    def root(self, size: int, fork: int | None = None) -> bytes:
        return RightEdge().append(self.hashes(size, fork)).root() if size else EMPTY_ROOT

    def checkpoint(self, size: int, fork: int | None = None) -> str:
        body = format_checkpoint(Checkpoint(self.key.name, size, self.root(size, fork)))
        return signed_text(body, [signature_line(self.key, self.private.sign(body.encode()))])

    def request(self, old: int, new: int, fork: int | None = None) -> bytes:
        hashes = self.hashes(max(old, new), fork)

        def node(level: int, index: int) -> bytes:
            return RightEdge().append(hashes[index << level : index + 1 << level]).root()

        proof = tuple(consistency_proof(old, new, node)) if old <= new else ()
        return encode_request(Request(old, proof, self.checkpoint(new, fork)))
