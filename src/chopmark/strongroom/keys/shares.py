"""The passphrase of the strongroom in the hands of several holders: share files, each sealed by its holder's own passphrase."""

import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from chopmark.strongroom.errors import PassphraseWrong, ShareMalformed
from chopmark.strongroom.keys import shamir
from chopmark.strongroom.keys.sealing import read_private, seal, unseal, write_once


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareSet:
    """Which shares belong together; the home keeps it, and from then on starts sealed."""

    id: str
    needed: int
    of: int

    def encode(self) -> bytes:
        return json.dumps({"v": 1, "set": self.id, "needed": self.needed, "of": self.of}).encode()

    @classmethod
    def decode(cls, text: bytes) -> "ShareSet":
        fields = _fields(text)
        return cls(id=str(fields["set"]), needed=int(fields["needed"]), of=int(fields["of"]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One holder's part; alone, or with fewer than are needed, it says nothing."""

    set: ShareSet
    number: int
    value: bytes = field(repr=False)


def make(
    secret: str, *, needed: int, of: int, draw: Callable[[int], bytes] = secrets.token_bytes
) -> list[Share]:
    share_set = ShareSet(id=draw(8).hex(), needed=needed, of=of)
    values = shamir.split(secret.encode(), needed=needed, of=of, draw=draw)
    return [Share(set=share_set, number=number, value=value) for number, value in values.items()]


def combine(shares: Sequence[Share]) -> str:
    """The passphrase, if these are enough and right; wrong shares give other octets, or none that are text."""
    try:
        return shamir.combine({share.number: share.value for share in shares}).decode()
    except ValueError:
        raise PassphraseWrong(label="shares") from None


def write(share: Share, path: Path, *, passphrase: str) -> None:
    """A new 0600 file: in the open which share of which set it is, with a checksum; sealed the share itself."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    sealed = seal(
        share.value, passphrase=passphrase, label=_label(share.set, share.number), salt=salt, nonce=nonce
    )
    facts = json.loads(share.set.encode()) | {"number": share.number, "share": json.loads(sealed)}
    write_once(path, json.dumps(facts | {"sha256": _checksum(facts)}, indent=1).encode())


def check(path: Path) -> tuple[ShareSet, int]:
    """Which share of which set a file holds, if it is whole; needs no passphrase."""
    fields = _fields(read_private(path))
    if fields.pop("sha256", None) != _checksum(fields):
        raise ShareMalformed
    try:
        return ShareSet.decode(json.dumps(fields).encode()), int(fields["number"])
    except (KeyError, TypeError, ValueError):
        raise ShareMalformed from None


def read(path: Path, *, passphrase: str) -> Share:
    share_set, number = check(path)
    sealed = json.dumps(_fields(read_private(path))["share"]).encode()
    value = unseal(sealed, passphrase=passphrase, label=_label(share_set, number))
    return Share(set=share_set, number=number, value=value)


def _label(share_set: ShareSet, number: int) -> str:
    return f"strongroom share v1 {share_set.id} {number} of {share_set.of}, {share_set.needed} needed"


def _checksum(facts: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def _fields(text: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(text)
    except ValueError:
        raise ShareMalformed from None
    if not isinstance(fields, dict):
        raise ShareMalformed
    return fields
