"""A small log in a folder, kept honestly or not: written by the tests' own hand, from the C2SP texts."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pymerkle import InmemoryTree

from chopmark.pki.tlog.leaf import Leaf, encode_leaf
from chopmark.pki.tlog.note import signature_line, signed_text, verifier_key

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = verifier_key("log.example/one", PRIVATE.public_key().public_bytes_raw())


def entry(number: int, tag: str = "certificate:issued") -> bytes:
    seal = hashlib.sha256(b"payload %d" % number).digest()
    return encode_leaf(
        Leaf(tag=tag, at=1_790_000_000 + number, public={"serial": f"{number:X}"}, commitment=seal)
    )


def signed(size: int, root: bytes, origin: str = KEY.name) -> str:
    body = f"{origin}\n{size}\n{base64.b64encode(root).decode()}\n"
    return signed_text(body, [signature_line(KEY, PRIVATE.sign(body.encode()))])


@dataclass
class LogHouse:
    """The entries that the keeper owns to, and the folder where the world reads them."""

    folder: Path
    entries: list[bytes] = field(default_factory=list)

    def build(self, entries: Sequence[bytes]) -> "LogHouse":
        """Write every file anew, as an honest keeper of these entries would."""
        self.entries = list(entries)
        hashes = [hashlib.sha256(b"\x00" + entry).digest() for entry in entries]
        self.write_level("entries", [len(e).to_bytes(2, "big") + e for e in entries])
        level = 0
        while hashes:
            self.write_level(str(level), hashes)
            full = len(hashes) // 256
            hashes = [self.root_over(hashes[at * 256 : at * 256 + 256]) for at in range(full)]
            level += 1
        self.write("checkpoint", signed(len(entries), self.root()).encode())
        return self

    def write_level(self, level: str, items: Sequence[bytes]) -> None:
        for at in range(0, len(items), 256):
            within = items[at : at + 256]
            assert at // 256 < 1000
            suffix = "" if len(within) == 256 else f".p/{len(within)}"
            self.write(f"tile/{level}/{at // 256:03}{suffix}", b"".join(within))

    def write(self, path: str, octets: bytes) -> None:
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_bytes(octets)

    def read(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()

    def path(self, level: str, index: int) -> str:
        """The path of the tile or bundle that holds this entry."""
        width = min(256, len(self.entries) - index // 256 * 256)
        return f"tile/{level}/{index // 256:03}" + ("" if width == 256 else f".p/{width}")

    def root(self, size: int | None = None) -> bytes:
        return InmemoryTree.init_from_entries(self.entries[:size]).get_root()

    def checkpoint(self, size: int | None = None) -> str:
        return signed(len(self.entries) if size is None else size, self.root(size))

    @staticmethod
    def root_over(hashes: Sequence[bytes]) -> bytes:
        row = list(hashes)
        while len(row) > 1:
            row = [hashlib.sha256(b"\x01" + row[i] + row[i + 1]).digest() for i in range(0, len(row), 2)]
        return row[0]
