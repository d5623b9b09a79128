"""The owner's leave to keep keys in files in production: a paper with a reason and an end, signed by the owner's key."""

import json
from base64 import urlsafe_b64decode
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody.errors import SoftwareTokenForbidden
from chopmark.authority.kernel.actors import Actor

CONTEXT = b"chopmark software token waiver v1\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """Why keys may be files, for the authority whose log has this origin, and until when."""

    log_origin: str
    reason: str
    until: datetime


def read_waiver(text: str, *, owner_key: bytes) -> Waiver:
    """The waiver in `payload.signature` (base64url), if the owner signed it."""
    try:
        payload, signature = (urlsafe_b64decode(part + "==") for part in text.strip().split("."))
        Ed25519PublicKey.from_public_bytes(owner_key).verify(signature, CONTEXT + payload)
        facts = json.loads(payload)
        return Waiver(
            log_origin=facts["log_origin"],
            reason=facts["reason"],
            until=datetime.fromtimestamp(facts["until"], UTC),
        )
    except (ValueError, KeyError, TypeError, InvalidSignature):
        raise SoftwareTokenForbidden(reason="waiver_not_the_owners") from None


@act(AuditTag.SOFTWARE_TOKEN_WAIVED)
def admit_software_token(
    *, waiver_text: str | None, owner_key: bytes, log_origin: str, actor: Actor, now: datetime
) -> Waiver:
    """Let a production signer start on a software token because the owner said so; the log says so too."""
    if not waiver_text:
        raise SoftwareTokenForbidden(reason="no_waiver")
    waiver = read_waiver(waiver_text, owner_key=owner_key)
    if waiver.log_origin != log_origin:
        raise SoftwareTokenForbidden(reason="waiver_for_another")
    if waiver.until <= now:
        raise SoftwareTokenForbidden(reason="waiver_ended")
    leave(public={"until": int(waiver.until.timestamp())}, payload={"reason": waiver.reason}, now=now)
    return waiver
