"""A log: what the independent reader finds in the files is what the database says was done. Both logs are read so."""

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chopmark.config.audit.fault import Fault, rows
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import open_checkpoint
from chopmark.pki.tlog.leaf import canonical_payload, commitment, decode_leaf
from chopmark.pki.tlog.merkle import RightEdge, leaf_hash
from chopmark.pki.tlog.note import VerifierKey
from chopmark.pki.tlog.tiles import (
    CHECKPOINT_PATH,
    WIDTH,
    Bundle,
    encode_bundle,
    encode_tile,
    parse_path,
)
from chopmark.verifier.faults import Fault as LogFault
from chopmark.verifier.log import verify_log
from chopmark.verifier.sources import source_of
from chopmark.verifier.words import ENGLISH, sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLog:
    """Where a log stands in its database: all that the two logs differ in.

    `placed` has columns `position` and `leaf_id`, `heads` size, root_hash, right_edge, note and signed_at; a log whose leaves
    get their places later also has requests for heads, and leaves that were set aside.
    """

    own_key: Callable[[], VerifierKey]
    leaves: str
    payloads: str
    placed: str
    heads: str
    requests: str | None = None
    set_aside: str | None = None

    def says(self, query: str) -> str:
        """The query with these names in it."""
        for name in ("leaves", "payloads", "placed", "heads", "requests", "set_aside"):
            query = query.replace(f"«{name}»", getattr(self, name) or "")
        return query


LEAVES = """
    select leaf.id, leaf.entry, leaf.leaf_hash, payload.salt, payload.payload::text
    from «leaves» leaf left join «payloads» payload on payload.leaf_id = leaf.id order by leaf.id
"""


def check_leaves(log: KeptLog) -> Iterator[Fault]:
    """Every leaf hashes to what stands beside it, and its payload, where it still exists, is what it commits to."""
    for leaf_id, entry, digest, salt, payload in rows(log.says(LEAVES)):
        if hashlib.sha256(b"\x00" + bytes(entry)).digest() != bytes(digest):
            yield Fault("leaf", str(leaf_id), "its hash is not the hash of its entry")
        if salt is not None:
            try:
                promised = decode_leaf(bytes(entry)).commitment
            except Refusal as refusal:
                yield Fault("leaf", str(leaf_id), f"it is not written as a leaf must be ({refusal.code})")
                continue
            if commitment(bytes(salt), canonical_payload(json.loads(payload))) != promised:
                yield Fault("leaf", str(leaf_id), "its payload is not what it commits to")


SHREDDED = """
    select leaf.id from «leaves» leaf left join «payloads» payload on payload.leaf_id = leaf.id
    where payload.leaf_id is null and not exists (
        select 1 from «payloads» said where said.payload -> 'shredded' = to_jsonb(leaf.id))
"""
UNPLACED = """
    select leaf.id, leaf.entry from «leaves» leaf
    where not exists (select 1 from «placed» placed where placed.leaf_id = leaf.id)
      and not exists (select 1 from «set_aside» aside where aside.leaf_id = leaf.id)
"""
# The sequencer, the signer and the publisher each need moments, and not a minute.
LATE = timedelta(minutes=1)
# Machines' clocks differ, and are set; a head that is older than its leaves by more than this was dated back.
A_CLOCK_SET_BACK = timedelta(days=1)
ORPHANED = """
    select payload.leaf_id from «payloads» payload left join «leaves» leaf on leaf.id = payload.leaf_id
    where leaf.id is null
"""


def check_payloads(log: KeptLog) -> Iterator[Fault]:
    """What a leaf commits to is there, or a later leaf says that it was destroyed; and no payload is without its leaf."""
    for (leaf_id,) in rows(log.says(SHREDDED)):
        yield Fault(
            "leaf", str(leaf_id), "what it commits to is gone, and no leaf says that it was destroyed"
        )
    for (leaf_id,) in rows(log.says(ORPHANED)):
        yield Fault("leaf", str(leaf_id), "its payload is there and it is not")


PLACES = "select position, row_number() over (order by position) - 1 from «placed» placed"
PLACED_AGAIN = "select leaf_id, max(position) from «placed» placed group by leaf_id having count(*) > 1"
SET_ASIDE = """
    select aside.leaf_id, leaf.entry, leaf.leaf_hash from «set_aside» aside
    left join «leaves» leaf on leaf.id = aside.leaf_id
"""


def check_positions(log: KeptLog) -> Iterator[Fault]:
    """Positions run from 0 without a gap and each leaf has one; the newest leaves may still wait for the sequencer."""
    for position, expected in rows(log.says(PLACES)):
        if position != expected:
            yield Fault("position", str(position), f"{expected} was expected here")
            break
    for leaf_id, position in rows(log.says(PLACED_AGAIN)):
        yield Fault("position", str(position), f"leaf {leaf_id} has an earlier place as well")
    for leaf_id, entry, digest in rows(log.says(SET_ASIDE)) if log.set_aside else ():
        if entry is None or (leaf_hash(bytes(entry)) == bytes(digest) and _at(bytes(entry))):
            yield Fault("leaf", str(leaf_id), "it was set aside, and nothing is wrong with it")


@dataclass(frozen=True, slots=True)
class _Head:
    """A signed head whose note says what its row says."""

    size: int
    note: str
    signed_at: datetime


def check_public_log(log: KeptLog, folder: Path, now: datetime) -> Iterator[Fault]:
    """The independent reader finds the files whole; every signed head is of this very log; each entry is the database's."""
    key, source = log.own_key(), source_of(str(folder))
    # Read before the rows: a head is in the database before it is public.
    note = source.read(CHECKPOINT_PATH)
    heads = list(_heads(log))
    yield from (head for head in heads if isinstance(head, Fault))
    signed = [head for head in heads if isinstance(head, _Head)]
    if not signed and note is not None:
        yield Fault("checkpoint", str(folder), "a head is public, and the database knows none")
    if not signed or (note is None and signed[0].signed_at > now - LATE):
        return  # nothing was signed yet, or only just now
    public: list[bytes] = []
    try:
        size = open_checkpoint((note or b"").decode(errors="replace"), key).size
        if size not in {head.size for head in signed}:
            yield Fault("checkpoint", str(size), "it is public, and the database does not know it")
        # A head that was signed and is not public yet is the next reading's.
        kept = [head.note for head in signed if head.size <= size]
        verify_log(source, key, kept=kept, on_entry=lambda _, entry: public.append(entry))
    except (LogFault, Refusal) as fault:
        said = sentence(fault, ENGLISH) if isinstance(fault, LogFault) else "its checkpoint is not ours"
        yield Fault("log", str(folder), said)
        return
    late = [head.size for head in signed if head.size > size and head.signed_at < now - LATE]
    if late:
        yield Fault("log", str(folder), f"it ends at {size}, and {late[-1]} was signed")
    yield from _compare(log, public)
    yield from _compare_narrower(folder, public)
    if log.requests:
        yield from _unplaced(log, now)


HEADS = "select size, root_hash, note, signed_at from «heads» order by size"


def _heads(log: KeptLog) -> Iterator[_Head | Fault]:
    key = log.own_key()
    for size, root_hash, note, signed_at in rows(log.says(HEADS)):
        try:
            head = open_checkpoint(note, key)
        except Refusal as refusal:
            yield Fault("checkpoint", str(size), f"its note is not ours ({refusal.code})")
            continue
        if (head.size, head.root_hash) != (size, bytes(root_hash)):
            yield Fault("checkpoint", str(size), "its note says something else than its row")
            continue
        yield _Head(size, note, signed_at)


PLACED = """
    select placed.position, leaf.entry from «placed» placed left join «leaves» leaf on leaf.id = placed.leaf_id
"""


def _compare(log: KeptLog, public: Sequence[bytes]) -> Iterator[Fault]:
    """The public entries, by position, are the leaves that the database has there."""
    found = rows(log.says(PLACED))
    ours = {position: None if entry is None else bytes(entry) for position, entry in found}
    for index, entry in enumerate(public):
        if ours.get(index) != entry:
            yield Fault("log", f"entry {index}", "the database has another leaf there, or none")
    for position in sorted(ours):
        if position >= len(public) and ours[position] is None:
            yield Fault("log", f"entry {position}", "its leaf is not in the database")


def _compare_narrower(folder: Path, public: Sequence[bytes]) -> Iterator[Fault]:
    """Bundles and tiles of older heads, which a reader of the newest does not read; above the entries there are few."""
    for file in sorted(folder.glob("tile/**/*.p/*")):
        path = file.relative_to(folder).as_posix()
        try:
            named = parse_path(path)
        except Refusal:
            continue  # half a file, under a name that nobody reads
        entries = public[named.index * WIDTH :][: named.width]
        if len(entries) < named.width:
            continue  # of a head that is not public yet
        if isinstance(named, Bundle):
            expected = encode_bundle(entries)
        elif named.level == 0:
            expected = encode_tile([leaf_hash(entry) for entry in entries])
        else:
            continue
        if file.exists() and file.read_bytes() != expected:
            yield Fault("log", path, "it does not hold what the entries make")


# One statement, so that whatever commits meanwhile is in all of it or in none.
PLACES_AND_HEADS = """
    select placed.position + 1, 'place', leaf.entry, null, null, 0 from «placed» placed
    left join «leaves» leaf on leaf.id = placed.leaf_id
    union all
    select size, 'head', root_hash, right_edge, signed_at, 2 from «heads»
"""
AND_REQUESTS = """
    union all
    select size, 'request', root_hash, right_edge, requested_at, 1 from «requests»
"""


def check_heads(log: KeptLog) -> Iterator[Fault]:
    """What the leaves make in their order is what was asked to be signed, and what was signed; public or not yet."""
    edge, asked, moment = RightEdge(), 0, datetime.min.replace(tzinfo=UTC)
    query = PLACES_AND_HEADS + (AND_REQUESTS if log.requests else "") + "order by 1, 6"
    for size, kind, octets, right_edge, when, _ in rows(log.says(query)):
        if kind == "place":
            entry = bytes(octets or b"")
            edge = edge.append([leaf_hash(entry)])
            moment = max(moment, datetime.fromtimestamp(_at(entry), UTC))
            continue
        asked = size
        if size != edge.size:
            yield Fault("checkpoint", str(size), f"its {kind} speaks of leaves that have no place")
        elif (bytes(octets), bytes(right_edge)) != (edge.root(), edge.to_bytes()):
            yield Fault("checkpoint", str(size), f"its {kind} is of other leaves than have their place there")
        if when + A_CLOCK_SET_BACK < moment:
            yield Fault("checkpoint", str(size), f"its {kind} is older than what it is of")
        moment = max(moment, when)
    if log.requests and edge.size > asked:
        yield Fault("position", str(asked), "it was given, and nobody asked for a head that is of it")


def _at(entry: bytes) -> int:
    try:
        return decode_leaf(entry).at
    except Refusal:
        return 0


def _unplaced(log: KeptLog, now: datetime) -> Iterator[Fault]:
    for leaf_id, entry in rows(log.says(UNPLACED)):
        if _at(bytes(entry)) < (now - LATE).timestamp():
            yield Fault("leaf", str(leaf_id), "it has no place in the log")
