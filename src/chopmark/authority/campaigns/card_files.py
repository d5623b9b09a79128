"""The files that go between a card bureau and us, octet by octet: docs/cards.md is the format. Pure.

chopmark-card-requests 1
bureau: CARDCO
batch: 2026-0042
count: 2
sha256: (of every octet after the empty line)

R000000001,0b3c…,MFkw…
R000000002,77de…
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO, NamedTuple
from uuid import UUID

from chopmark.authority.campaigns.errors import (
    CardCountWrong,
    CardFileAltered,
    CardHeaderMalformed,
    CardLineMalformed,
)
from chopmark.pki.refusals import Refusal

REQUESTS, RESPONSE = "chopmark-card-requests 1", "chopmark-card-response 1"
_HEAD = {
    "bureau": re.compile(r"[A-Z0-9][A-Z0-9-]{1,31}"),
    "batch": re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}"),
    "count": re.compile(r"[1-9][0-9]{0,7}"),
    "sha256": re.compile(r"[0-9a-f]{64}"),
}
_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{0,31}")
BODY_BEGINS = len(_HEAD) + 3  # the line of the file, as an editor numbers it
# Nobody's key or request is longer in base64; of a file that is no such file no more is read.
_LONGEST = 4096


class Asked(NamedTuple):
    """One line: which card the bureau has, whose it is, and the key that its chip made, if it did."""

    request: str
    record_id: UUID
    spki: bytes

    def written(self) -> bytes:
        """The line as it stands in the file: there is one way to write it."""
        fields = [self.request, str(self.record_id)]
        if self.spki:
            fields.append(base64.b64encode(self.spki).decode())
        return ",".join(fields).encode() + b"\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """Who sends the file, as which batch, how many lines it has and the digest of them."""

    bureau: str
    batch: str
    count: int
    sha256: str


def require_named(bureau: str, batch: str) -> None:
    """Refuse a bureau or batch that could not stand in a header."""
    for name, value in (("bureau", bureau), ("batch", batch)):
        if not _HEAD[name].fullmatch(value):
            raise CardHeaderMalformed(name=name)


def read_header(file: BinaryIO) -> Header:
    """The first lines of a request file; `CardHeaderMalformed` says which is not as it must be."""
    if _line(file) != REQUESTS:
        raise CardHeaderMalformed(name="first line")
    found = {name: _field(file, name, pattern) for name, pattern in _HEAD.items()}
    if _line(file):
        raise CardHeaderMalformed(name="empty line")
    return Header(
        bureau=found["bureau"], batch=found["batch"], count=int(found["count"]), sha256=found["sha256"]
    )


def _field(file: BinaryIO, name: str, pattern: re.Pattern[str]) -> str:
    before, _, value = _line(file).partition(": ")
    if before != name or not pattern.fullmatch(value):
        raise CardHeaderMalformed(name=name)
    return value


def _line(file: BinaryIO) -> str:
    octets = file.readline(_LONGEST)
    try:
        return octets.decode("ascii").removesuffix("\n") if octets.endswith(b"\n") else "\r"
    except UnicodeDecodeError:
        return "\r"  # in no line of a header


def read_body(file: BinaryIO, header: Header) -> Iterator[tuple[int, Asked | Refusal]]:
    """Each line with its number in the file, or why it cannot be read; at the end the file is whole, or it is refused."""
    digest, count = hashlib.sha256(), 0
    for octets in iter(lambda: file.readline(_LONGEST), b""):
        digest.update(octets)
        count += 1
        yield BODY_BEGINS - 1 + count, _asked(octets)
    if count != header.count:
        raise CardCountWrong(said=header.count, found=count)
    if digest.hexdigest() != header.sha256:
        raise CardFileAltered


def _asked(octets: bytes) -> Asked | Refusal:
    """What stands in a line, if it is written exactly as it would be by us."""
    try:
        number, record, *key = octets.decode("ascii").removesuffix("\n").split(",")
        spki = base64.b64decode(key[0], validate=True) if key else b""
        asked = Asked(number, UUID(record), spki)
    except (ValueError, binascii.Error):
        return CardLineMalformed()
    if not _NUMBER.fullmatch(number) or len(key) > 1 or asked.written() != octets:
        return CardLineMalformed()
    return asked


def body_digest(lines: Iterable[Asked]) -> str:
    """SHA-256 of the lines as they would stand in a file."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.written())
    return digest.hexdigest()


def issued(request: str, certificate_der: bytes, sealed_key: bytes) -> bytes:
    """The line of a card that has a certificate, and its key where we made it, sealed to the bureau."""
    fields = [request, "issued", base64.b64encode(certificate_der).decode()]
    if sealed_key:
        fields.append(base64.b64encode(sealed_key).decode())
    return ",".join(fields).encode() + b"\n"


def failed(request: str, code: str) -> bytes:
    return f"{request},failed,{code}\n".encode()


def response_header(said: Mapping[str, str | int]) -> bytes:
    lines = [RESPONSE, *(f"{name}: {value}" for name, value in said.items()), "", ""]
    return "\n".join(lines).encode()
