"""How a campaign's lines are packed, and the digests that approvals are about. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from chopmark.authority.campaigns.errors import ChunkMalformed

_RECORD, _LENGTH = 16, 2


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a campaign: whose record, and her SubjectPublicKeyInfo or certification request, in DER."""

    record_id: UUID
    key: bytes


def pack(items: Iterable[Item]) -> bytes:
    """Each line as the record's octets, the length of what follows in two octets, and that."""
    return b"".join(
        b"%b%b%b" % (item.record_id.bytes, len(item.key).to_bytes(_LENGTH, "big"), item.key) for item in items
    )


def unpack(octets: bytes) -> list[Item]:
    """The lines again; what is not exactly that is refused."""
    items, at, end = [], 0, len(octets)
    while at < end:
        key_at = at + _RECORD + _LENGTH
        after = key_at + int.from_bytes(octets[at + _RECORD : key_at], "big")
        if after > end or key_at > end:
            raise ChunkMalformed
        items.append(Item(UUID(bytes=octets[at : at + _RECORD]), octets[key_at:after]))
        at = after
    return items


def chunk_digest(items: bytes) -> bytes:
    return hashlib.sha256(items).digest()


def campaign_digest(facts: Mapping[str, str | int], chunks: Sequence[bytes]) -> bytes:
    """What operators approve: the campaign's own facts and the digest of each chunk, in order."""
    text = json.dumps(
        {**facts, "chunks": [digest.hex() for digest in chunks]}, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).digest()
