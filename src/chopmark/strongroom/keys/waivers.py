"""The owner's leave to keep her key-encryption key in a file in production: a reason and an end, signed by her."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from chopmark.strongroom.errors import SoftwareKeyForbidden

# Not a receipt's and not the authority's: one signature must never be read as another.
CONTEXT = b"chopmark software key waiver v1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Why the key may be a file, for the desk at this address, and until when."""

    desk: str
    reason: str
    until: datetime


def sign(waiver: Waiver, *, key: Ed25519PrivateKey) -> str:
    facts = {"desk": waiver.desk, "reason": waiver.reason, "until": int(waiver.until.timestamp())}
    payload = json.dumps(facts, sort_keys=True, ensure_ascii=False).encode()
    return ".".join(urlsafe_b64encode(part).decode() for part in (payload, key.sign(CONTEXT + payload)))


def read(text: str, *, owner_key: Ed25519PublicKey) -> Waiver:
    """The waiver in `payload.signature` (base64url), if the owner signed it."""
    try:
        payload, signature = (urlsafe_b64decode(part) for part in text.strip().split("."))
        owner_key.verify(signature, CONTEXT + payload)
        facts = json.loads(payload)
        until = datetime.fromtimestamp(facts["until"], UTC)
        return Waiver(desk=facts["desk"], reason=facts["reason"], until=until)
    except (ValueError, KeyError, TypeError, InvalidSignature):
        raise SoftwareKeyForbidden(reason="waiver_not_the_owners") from None


def require(file: Path, *, owner_key: Ed25519PublicKey, desk: str, now: datetime) -> Waiver:
    """The waiver that lets this desk start on a key in a file now."""
    if not file.exists():
        raise SoftwareKeyForbidden(reason="no_waiver")
    waiver = read(file.read_text(), owner_key=owner_key)
    if waiver.desk != desk:
        raise SoftwareKeyForbidden(reason="waiver_for_another")
    if waiver.until <= now:
        raise SoftwareKeyForbidden(reason="waiver_ended")
    return waiver
