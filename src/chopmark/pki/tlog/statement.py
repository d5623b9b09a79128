"""What a proof is about, so that it can be checked offline: the entry, and where the asker may know it, what it commits to."""

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Any

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.leaf import Leaf, commitment, decode_leaf

_FIELDS = ({"entry"}, {"entry", "payload", "salt"})


class StatementMalformed(Refusal):
    """The extra data of this proof is not an entry, alone or with its payload and salt."""

    code = "statement_malformed"


class CommitmentDiffers(Refusal):
    """The payload that comes with the proof is not the one that the entry commits to."""

    code = "commitment_differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An entry as it stands in the log; with payload and salt, opened."""

    entry: bytes
    payload_json: bytes | None = None
    salt: bytes | None = None


def encode_statement(statement: Statement) -> bytes:
    """What stands in the `extra` line of a proof file (C2SP tlog-proof leaves it to the application)."""
    parts = {"entry": statement.entry, "payload": statement.payload_json, "salt": statement.salt}
    fields = {name: base64.b64encode(octets).decode() for name, octets in parts.items() if octets is not None}
    return json.dumps(fields, sort_keys=True, separators=(",", ":")).encode()


def parse_statement(extra: bytes | None) -> Statement:
    try:
        fields = json.loads((extra or b"").decode())
    except (ValueError, RecursionError):
        raise StatementMalformed from None
    if not isinstance(fields, dict) or set(fields) not in _FIELDS:
        raise StatementMalformed
    return Statement(
        entry=_octets(fields["entry"]),
        payload_json=_octets(fields["payload"]) if "payload" in fields else None,
        salt=_octets(fields["salt"]) if "salt" in fields else None,
    )


def open_statement(statement: Statement) -> tuple[Leaf, Any]:
    """The leaf, and its payload where it came along; refused unless the leaf commits to that payload."""
    leaf = decode_leaf(statement.entry)
    if statement.payload_json is None or statement.salt is None:
        return leaf, None
    if commitment(statement.salt, statement.payload_json) != leaf.commitment:
        raise CommitmentDiffers
    return leaf, json.loads(statement.payload_json)


def _octets(value: object) -> bytes:
    try:
        return base64.b64decode(str(value), validate=True)
    except (binascii.Error, ValueError):
        raise StatementMalformed from None
