"""The receipts that the owner signs at the desk; `client.py` reads them."""

import base64
import json
from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from chopmark.strongroom.client import RECEIPT_CONTEXT, ApplicationReceipt, RollReceipt, SightingReceipt


def application_payload(receipt: ApplicationReceipt) -> dict[str, object]:
    return _common(receipt) | {
        "type": receipt.type,
        "record": str(receipt.record),
        "name": receipt.name,
        "email": receipt.email,
        "age_band": receipt.age_band,
    }


def sighting_payload(receipt: SightingReceipt) -> dict[str, object]:
    return _common(receipt) | {
        "officer": receipt.officer,
        "matches": receipt.matches,
        "fields": list(receipt.fields),
    }


def roll_payload(roll: RollReceipt) -> dict[str, object]:
    return {
        "v": 1,
        "kind": roll.kind,
        "grant": str(roll.grant),
        "purpose": roll.purpose,
        "type": roll.type,
        "count": roll.count,
        "sha256": roll.sha256.hex(),
        "at": roll.at,
    }


def sign(payload: Mapping[str, object], *, key: Ed25519PrivateKey) -> str:
    """Payload and signature as one line of letters that a form field can carry."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return f"{_base64url(text)}.{_base64url(key.sign(RECEIPT_CONTEXT + text))}"


def _common(receipt: ApplicationReceipt | SightingReceipt) -> dict[str, object]:
    return {
        "v": 1,
        "kind": receipt.kind,
        "id": str(receipt.id),
        "reference": receipt.reference,
        "nonce": receipt.nonce,
        "case": str(receipt.case),
        "at": receipt.at,
    }


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()
