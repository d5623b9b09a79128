"""The log: what the independent reader finds in the files is what the database says was done."""

import hashlib
import json
from collections.abc import Iterator

from chopmark.config.audit.fault import Fault, canonical, rows
from chopmark.pki.tlog.leaf import commitment, decode_leaf


def check_leaves() -> Iterator[Fault]:
    """Every leaf hashes to what stands beside it, and its payload, where it still exists, is what it commits to."""
    query = """
        select leaf.id, leaf.entry, leaf.leaf_hash, payload.salt, payload.payload::text
        from audit_leaf leaf left join audit_payload payload on payload.leaf_id = leaf.id order by leaf.id
    """
    for leaf_id, entry, leaf_hash, salt, payload in rows(query):
        if hashlib.sha256(b"\x00" + bytes(entry)).digest() != bytes(leaf_hash):
            yield Fault("leaf", str(leaf_id), "its hash is not the hash of its entry")
        if salt is not None:
            promised = decode_leaf(bytes(entry)).commitment
            if commitment(bytes(salt), canonical(json.loads(payload))) != promised:
                yield Fault("leaf", str(leaf_id), "its payload is not what it commits to")


def check_positions() -> Iterator[Fault]:
    """Positions run from 0 without a gap and each leaf has one; the newest leaves may still wait for the sequencer."""
    query = "select position, row_number() over (order by position) - 1 from transparency_position"
    for position, expected in rows(query):
        if position != expected:
            yield Fault("position", str(position), f"{expected} was expected here")
            return


def entries_in_order() -> Iterator[tuple[int, bytes]]:
    """Position and entry of every sequenced leaf, to hold beside what the files say."""
    query = """
        select sequenced.position, leaf.entry from transparency_position sequenced
        join audit_leaf leaf on leaf.id = sequenced.leaf_id order by sequenced.position
    """
    for position, entry in rows(query):
        yield position, bytes(entry)
