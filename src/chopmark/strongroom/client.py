"""All that others may import of the strongroom: reading its receipts, and knocking at its machine door."""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from typing import Any, ClassVar
from uuid import UUID

import httpx
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chopmark.pki.refusals import Refusal

RECEIPT_CONTEXT = b"chopmark desk receipt v1\n"
_LONGEST_RECEIPT = 8192
# The door is on the same machine; scrypt and a busy database are the slowest things behind it.
_TIMEOUT = httpx.Timeout(10, connect=2)


class ReceiptForged(Refusal):
    """The signature is not the owner's over this payload."""

    code = "receipt_forged"


class ReceiptMalformed(Refusal):
    """Not a receipt of the owner's desk in the one form in which it writes them."""

    code = "receipt_malformed"


class StrongroomUnavailable(Refusal):
    """The machine door does not answer; nothing was opened, or nobody can say whether it was."""

    code = "strongroom_unavailable"


class StrongroomRefused(Refusal):
    """The strongroom refused, for the reason it names; the subject can read the refusal at the desk."""

    code = "strongroom_refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationReceipt:
    """The owner has the applicant's particulars, and these of them will stand in the certificate."""

    kind: ClassVar[str] = "application"
    id: UUID
    reference: str
    nonce: str
    type: str
    record: UUID
    case: UUID
    name: str
    email: str | None
    age_band: str
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SightingReceipt:
    """An officer signed in at the owner's desk has compared the card with the record, and they agree."""

    kind: ClassVar[str] = "sighting"
    id: UUID
    reference: str
    nonce: str
    case: UUID
    officer: str
    matches: bool
    fields: tuple[str, ...]
    at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RollReceipt:
    """The owner has opened many records under a grant, and this is a digest over what will stand in their certificates."""

    kind: ClassVar[str] = "roll"
    grant: UUID
    purpose: str
    type: str
    count: int
    sha256: bytes
    at: int


Receipt = ApplicationReceipt | SightingReceipt | RollReceipt


@dataclass(frozen=True, slots=True)
class RollLine:
    """What one record says on a roll."""

    record: UUID
    name: str
    email: str
    age_band: str


def roll_digest(lines: Iterable[RollLine]) -> bytes:
    """SHA-256 over the lines in their order: the record's 16 octets, then each word after its length in two octets."""
    digest = hashlib.sha256()
    for line in lines:
        name, email, band = line.name.encode(), line.email.encode(), line.age_band.encode()
        digest.update(
            b"%b%b%b%b%b%b%b"
            % (
                line.record.bytes,
                len(name).to_bytes(2, "big"),
                name,
                len(email).to_bytes(2, "big"),
                email,
                len(band).to_bytes(2, "big"),
                band,
            )
        )
    return digest.digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Other records of the same person; with `more`, only the first of them are named. Its length is theirs."""

    records: tuple[UUID, ...]
    more: bool

    def __len__(self) -> int:
        return len(self.records)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """How a notice stands: queued, sent by a channel, or given up; never where it went."""

    state: str
    channel: str
    ended_at: datetime | None


def read_receipt(text: str, *, key: bytes) -> Receipt:
    """The receipt, if the owner's Ed25519 key (raw, 32 octets) signed it: signature first, then meaning."""
    payload, signature = _parts(text)
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, RECEIPT_CONTEXT + payload)
    except InvalidSignature:
        raise ReceiptForged from None
    try:
        return _receipt(json.loads(payload))
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ReceiptMalformed from None


def _parts(text: str) -> tuple[bytes, bytes]:
    if len(text) > _LONGEST_RECEIPT or text.count(".") != 1:
        raise ReceiptMalformed
    try:
        payload, signature = (_from_base64url(part) for part in text.split("."))
    except (binascii.Error, ValueError):
        raise ReceiptMalformed from None
    return payload, signature


def _from_base64url(part: str) -> bytes:
    octets = base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)
    # One receipt, one writing: stray bits in the last letter would make a second name for the same receipt.
    if base64.urlsafe_b64encode(octets).rstrip(b"=").decode() != part:
        raise ValueError("not the canonical base64url")
    return octets


def _receipt(fields: dict[str, Any]) -> Receipt:
    if fields["v"] != 1:
        raise ReceiptMalformed
    if fields["kind"] == ApplicationReceipt.kind:
        return _application_receipt(fields)
    if fields["kind"] == SightingReceipt.kind:
        return _sighting_receipt(fields)
    if fields["kind"] == RollReceipt.kind:
        return _roll_receipt(fields)
    raise ReceiptMalformed


def _application_receipt(fields: dict[str, Any]) -> ApplicationReceipt:
    return ApplicationReceipt(
        id=UUID(fields["id"]),
        reference=_word(fields["reference"]),
        nonce=_word(fields["nonce"]),
        type=_word(fields["type"]),
        record=UUID(fields["record"]),
        case=UUID(fields["case"]),
        name=_word(fields["name"]),
        email=None if fields["email"] is None else _word(fields["email"]),
        age_band=_word(fields["age_band"]),
        at=int(fields["at"]),
    )


def _sighting_receipt(fields: dict[str, Any]) -> SightingReceipt:
    return SightingReceipt(
        id=UUID(fields["id"]),
        reference=_word(fields["reference"]),
        nonce=_word(fields["nonce"]),
        case=UUID(fields["case"]),
        officer=_word(fields["officer"]),
        matches=fields["matches"] is True,
        fields=tuple(_word(field) for field in fields["fields"]),
        at=int(fields["at"]),
    )


def _roll_receipt(fields: dict[str, Any]) -> RollReceipt:
    return RollReceipt(
        grant=UUID(fields["grant"]),
        purpose=_word(fields["purpose"]),
        type=_word(fields["type"]),
        count=int(fields["count"]),
        sha256=bytes.fromhex(fields["sha256"]),
        at=int(fields["at"]),
    )


def _word(value: object) -> str:
    if not isinstance(value, str):
        raise ReceiptMalformed
    return value


class Strongroom:
    """The machine door. Never call it inside an open transaction: its answer is durable, yours not yet."""

    def __init__(self, socket: Path, *, transport: httpx.BaseTransport | None = None) -> None:
        self._http = httpx.Client(
            base_url="http://strongroom",
            # A context that trusts nobody: there is no TLS on this socket, and reading the world's roots takes 50 ms.
            transport=transport
            or httpx.HTTPTransport(uds=str(socket), verify=SSLContext(PROTOCOL_TLS_CLIENT)),
            timeout=_TIMEOUT,
            trust_env=False,
        )

    def open(
        self,
        *,
        case: UUID,
        purpose: str,
        fields: Sequence[str],
        actor: str,
        application: str,
        outlet: str = "",
    ) -> dict[str, str | None]:
        """The named fields of the case's record; the opening is already written down when they arrive."""
        asked = {"case": str(case), "purpose": purpose, "fields": list(fields), "outlet": outlet}
        opened: dict[str, str | None] = self._ask(
            "open", asked | {"actor": actor, "application": application}
        )["fields"]
        return opened

    def open_batch(
        self, *, grant: UUID, purpose: str, fields: Sequence[str], records: Sequence[UUID], actor: str
    ) -> dict[UUID, dict[str, str | None] | str]:
        """By record, its fields, or the reason why it alone stayed shut; each opening is already written down.

        Under a grant that two of the owner's officers signed; it counts every record that is shown.
        """
        asked = {"grant": str(grant), "purpose": purpose, "fields": list(fields), "actor": actor}
        answer = self._ask("open-batch", asked | {"records": [str(record) for record in records]})
        return {UUID(one["record"]): one["refused"] or one["fields"] for one in answer["records"]}

    def open_roll(
        self, *, grant: UUID, purpose: str, records: Sequence[UUID], type_code: str, actor: str
    ) -> tuple[dict[UUID, RollLine | str], str]:
        """By record, what will stand in its certificate, or why it stayed shut; and the owner's roll over those that were shown.

        Without one shown there is no roll. Each opening is already written down, and counts under the grant.
        """
        asked = {"grant": str(grant), "purpose": purpose, "type": type_code, "actor": actor}
        answer = self._ask("open-roll", asked | {"records": [str(record) for record in records]})
        found: dict[UUID, RollLine | str] = {}
        for one in answer["records"]:
            record = UUID(one["record"])
            found[record] = one["refused"] or RollLine(record, *one["line"])
        return found, answer["roll"]

    def release(
        self, *, record: UUID, service: str, purpose: str, channel: str, actor: str
    ) -> dict[str, str | None]:
        """The one field by which an approved service may reach somebody who allowed just that; an opening."""
        asked = {"record": str(record), "service": service, "purpose": purpose, "channel": channel}
        released: dict[str, str | None] = self._ask("release", asked | {"actor": actor})["fields"]
        return released

    def find(self, *, case: UUID, purpose: str, actor: str, outlet: str = "") -> Found:
        """The other live records with the same identity card number, of applications that came home."""
        asked = {"case": str(case), "purpose": purpose, "actor": actor, "outlet": outlet}
        answer = self._ask("find", asked)
        return Found(records=tuple(UUID(record) for record in answer["records"]), more=answer["more"])

    def open_case_for_notices(self, *, case: UUID, actor: str) -> None:
        """Give a case back once its certificate is made, and keep of it what lets notices be sent; again changes nothing."""
        self._ask("open-case-for-notices", {"case": str(case), "actor": actor})

    def deliver(
        self, *, reference: str, record: UUID, template: str, parameters: Mapping[str, str], actor: str
    ) -> Delivered:
        """Have the strongroom write to a record's subject, once for one reference; asked again it says how that stands.

        The template is the owner's, and says which parameters it wants: dates and numbers, nothing else.
        """
        asked = {"reference": reference, "record": str(record), "template": template, "actor": actor}
        answer = self._ask("deliver", asked | {"parameters": dict(parameters)})
        ended_at = None if answer["ended_at"] is None else datetime.fromtimestamp(answer["ended_at"], UTC)
        return Delivered(state=answer["state"], channel=answer["channel"], ended_at=ended_at)

    def confirm_case(self, *, case: UUID, actor: str) -> None:
        """Say that the application arrived; otherwise the strongroom shreds the record in some days.

        Too late is `StrongroomRefused` for ever, by its reason: record_shredded, case_expired or case_closed.
        """
        self._ask("confirm", {"case": str(case), "actor": actor})

    def close_case(self, *, case: UUID, actor: str) -> None:
        """Give the leave back: nothing can be opened under this case any more."""
        self._ask("close", {"case": str(case), "actor": actor})

    def is_ready(self) -> bool:
        try:
            return self._http.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def _ask(self, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        try:
            answer = self._http.post(f"/{verb}", json=body)
            content: dict[str, Any] = answer.json()
        except (httpx.HTTPError, ValueError):
            raise StrongroomUnavailable from None
        if answer.status_code == 200:
            return content
        if answer.status_code in (429, 403, 400) and isinstance(content.get("refused"), str):
            raise StrongroomRefused(content["refused"])
        raise StrongroomUnavailable
