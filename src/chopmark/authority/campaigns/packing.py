"""How a campaign's lines are packed, and the digests that approvals are about. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from chopmark.authority.campaigns.errors import ChunkMalformed
from chopmark.authority.kernel.identifiers import CertificateId

_PLACE = 2
_NO_PLACE = 0xFFFF
_ISSUER = 2
_RECORD, _LENGTH = 16, 2


class Item(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class Replaced:
    """A certificate that is to be replaced, and by which line of its chunk of lines, if there is a key for it."""

    certificate: CertificateId
    place: int | None


def pack_certificates(certificates: Iterable[CertificateId]) -> bytes:
    """Each as its issuer in two octets, the length of the serial number in one, and that."""
    return b"".join(map(_packed, certificates))


def unpack_certificates(octets: bytes) -> list[CertificateId]:
    """The certificates again; what is not exactly that is refused."""
    certificates, at = [], 0
    while at < len(octets):
        certificate, at = _certificate_at(octets, at)
        certificates.append(certificate)
    return certificates


def pack_replaced(items: Iterable[Replaced]) -> bytes:
    """Each as the place of its line in two octets, and the certificate."""
    return b"".join(
        (_NO_PLACE if one.place is None else one.place).to_bytes(_PLACE, "big") + _packed(one.certificate)
        for one in items
    )


def unpack_replaced(octets: bytes) -> list[Replaced]:
    items, at = [], 0
    while at < len(octets):
        place = int.from_bytes(octets[at : at + _PLACE], "big")
        certificate, at = _certificate_at(octets, at + _PLACE)
        items.append(Replaced(certificate, None if place == _NO_PLACE else place))
    return items


def _packed(one: CertificateId) -> bytes:
    return b"%b%c%b" % (one.issuer_id.to_bytes(_ISSUER, "big"), len(one.serial_number), one.serial_number)


def _certificate_at(octets: bytes, at: int) -> tuple[CertificateId, int]:
    """The certificate that begins there, and where the next does."""
    serial_at = at + _ISSUER + 1
    if serial_at > len(octets):
        raise ChunkMalformed
    after = serial_at + octets[serial_at - 1]
    if after > len(octets):
        raise ChunkMalformed
    issuer_id = int.from_bytes(octets[at : at + _ISSUER], "big")
    return CertificateId(issuer_id, octets[serial_at:after]), after


def chunk_digest(items: bytes) -> bytes:
    return hashlib.sha256(items).digest()


def campaign_digest(facts: Mapping[str, object], chunks: Sequence[bytes]) -> bytes:
    """What operators approve: the campaign's own facts and the digest of each chunk, in order."""
    text = json.dumps(
        {**facts, "chunks": [digest.hex() for digest in chunks]}, sort_keys=True, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).digest()
