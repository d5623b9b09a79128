"""What the log hashes: an act or refusal as canonical JSON, open in part and a commitment to the rest."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import lt
from typing import Any

from chopmark.pki.refusals import Refusal

VERSION = 1
# A bundle gives an entry two octets for its length (C2SP tlog-tiles, "Log entries").
LONGEST_ENTRY = 0xFFFF

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_TAG = re.compile(r"[a-z0-9_]+(:[a-z0-9_]+)+")
_CODE = re.compile(r"[a-z0-9_]+")
_SOMETHING = re.compile(r".+", re.DOTALL)
# What every JSON reader still holds exactly.
_LATEST = 2**53
_REQUIRED = frozenset({"v", "tag", "at", "commitment"})
_OPTIONAL = frozenset({"outlet", "refused", "public"})


class LeafMalformed(Refusal):
    """These bytes are not a leaf of ours, or not in the one form in which a leaf may be written."""

    code = "leaf_malformed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One act, or with `refused` one refusal: what anyone may read, and a commitment to what they may not."""

    tag: str
    at: int
    outlet: str | None = None
    refused: str | None = None
    public: Mapping[str, str | int] = field(default_factory=dict)
    commitment: bytes


def commitment(salt: bytes, payload_json: bytes) -> bytes:
    """What stands in the leaf for its payload; destroying the salt destroys the link (ARCHITECTURE 4)."""
    return hashlib.sha256(salt + payload_json).digest()


def canonical_payload(payload: Mapping[str, Any]) -> bytes:
    """The octets that a commitment is over: JSON with sorted keys and no spaces."""
    return _ENCODER.encode(payload).encode()


def encode_leaf(leaf: Leaf) -> bytes:
    """The one way to write this leaf: sorted keys, no spaces, UTF-8, absent rather than null or empty."""
    _require_sound(leaf)
    fields: dict[str, object] = {
        "v": VERSION,
        "tag": leaf.tag,
        "at": leaf.at,
        "commitment": base64.b64encode(leaf.commitment).decode(),
    }
    optional = {"outlet": leaf.outlet, "refused": leaf.refused, "public": dict(leaf.public) or None}
    fields |= {name: value for name, value in optional.items() if value is not None}
    return _canonical(fields)


def decode_leaf(entry: bytes) -> Leaf:
    """Read a leaf, and refuse any other writing of it: two byte strings never mean the same leaf."""
    fields = _parsed(entry)
    if not _REQUIRED <= fields.keys() <= _REQUIRED | _OPTIONAL:
        raise LeafMalformed(why="fields")
    if fields["v"] != VERSION:
        raise LeafMalformed(why="version")
    leaf = Leaf(
        tag=fields["tag"],
        at=fields["at"],
        outlet=fields.get("outlet"),
        refused=fields.get("refused"),
        public=fields.get("public", {}),
        commitment=_from_base64(fields["commitment"]),
    )
    if encode_leaf(leaf) != entry:
        raise LeafMalformed(why="not_canonical")
    return leaf


def require_leaf(entry: bytes) -> None:
    """Refuse what `decode_leaf` refuses; that most leaves are in order is seen by their form alone."""
    found = _FORM.fullmatch(entry)
    if found is None or len(entry) > LONGEST_ENTRY or not _are_in_order(found["facts"]):
        decode_leaf(entry)


# Most of a log: with open facts, without outlet or refusal, and no text needs an escape or has more than ASCII.
_A_FACT = rb'"[a-z0-9_]+":(?:"[ !#-\[\]-~]*"|0|-?[1-9][0-9]{0,14})'
_FORM = re.compile(
    rb'\{"at":(?:0|[1-9][0-9]{0,14}),"commitment":"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=","public":\{(?P<facts>'
    + _A_FACT
    + rb"(?:,"
    + _A_FACT
    + rb')*)\},"tag":"[a-z0-9_]+(?::[a-z0-9_]+)+","v":1\}'
)
_A_NAME = re.compile(rb'(?:^|,)"([a-z0-9_]+)":')


def _are_in_order(facts: bytes) -> bool:
    names = _A_NAME.findall(facts)
    return all(map(lt, names, names[1:]))


def _canonical(fields: Mapping[str, object]) -> bytes:
    return octets_of(_ENCODER.encode(fields))


def octets_of(text: str) -> bytes:
    """A leaf's text as it is hashed, if it is UTF-8 and not too long for a bundle."""
    try:
        entry = text.encode()
    except UnicodeEncodeError:  # a lone surrogate
        raise LeafMalformed(why="not_utf8") from None
    if len(entry) > LONGEST_ENTRY:
        raise LeafMalformed(why="too_long", octets=len(entry))
    return entry


def _parsed(entry: bytes) -> dict[str, Any]:
    if len(entry) > LONGEST_ENTRY:
        raise LeafMalformed(why="too_long", octets=len(entry))
    try:
        fields = json.loads(entry.decode())
    except (ValueError, RecursionError):
        raise LeafMalformed(why="not_json") from None
    if not isinstance(fields, dict):
        raise LeafMalformed(why="fields")
    return fields


def _from_base64(text: object) -> bytes:
    try:
        return base64.b64decode(str(text), validate=True)
    except (binascii.Error, ValueError):
        raise LeafMalformed(why="commitment") from None


def _require_sound(leaf: Leaf) -> None:
    _require(_matches(leaf.tag, _TAG), "tag")
    _require(_is_integer(leaf.at) and 0 <= leaf.at < _LATEST, "at")
    _require(leaf.outlet is None or _matches(leaf.outlet, _SOMETHING), "outlet")
    _require(leaf.refused is None or _matches(leaf.refused, _CODE), "refused")
    _require(_are_facts(leaf.public), "public")
    _require(len(leaf.commitment) == hashlib.sha256().digest_size, "commitment")


def _require(holds: bool, why: str) -> None:
    if not holds:
        raise LeafMalformed(why=why)


def _matches(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _are_facts(value: object) -> bool:
    return isinstance(value, Mapping) and all(map(_is_fact, value.items()))


def _is_fact(item: tuple[object, object]) -> bool:
    name, value = item
    return _matches(name, _SOMETHING) and (isinstance(value, str) or _is_integer(value))


def _is_integer(value: object) -> bool:
    # JSON's true is an int to Python, and is no number to anybody else.
    return isinstance(value, int) and not isinstance(value, bool)
