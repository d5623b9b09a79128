"""What must be true of both logs, whatever was killed: read by the independent verifier, held beside what everybody was told."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.checkpoint import open_checkpoint
from chopmark.pki.tlog.cosignature import cosignatures, with_cosignatures
from chopmark.pki.tlog.leaf import Leaf, canonical_payload
from chopmark.pki.tlog.note import VerifierKey, format_signature, parse_signatures
from chopmark.pki.tlog.statement import Statement, open_statement
from chopmark.strongroom.keys.cabinet import number_of
from chopmark.strongroom.options import KeyFiles
from chopmark.verifier.faults import Fault
from chopmark.verifier.log import verify_log
from chopmark.verifier.sources import source_of
from guarantee.callers import Callers
from guarantee.house import House
from guarantee.leaving import KEPT, TAKEN_BACK

# What is still on its way: each of these becomes 0 by itself.
WAITING = {
    "authority": """
        select (select count(*) from audit_leaf leaf where not exists (
                  select from transparency_position placed where placed.leaf_id = leaf.id))
             + (select count(*) from transparency_position)
             - coalesce((select max(size) from transparency_cosignature), 0)
    """,
    "owner": "select (select count(*) from strongroom_leaf) - coalesce((select max(size) from strongroom_logcheckpoint), 0)",
}
# What nobody may have been troubled with: a kill is no reason for an alarm.
ALARMS = ("transparency_setaside", "transparency_signingalert", "transparency_witnessalert")
LEAVES = {
    "authority": """
        select placed.position, leaf.id, leaf.entry, opened.payload, opened.salt from audit_leaf leaf
        left join transparency_position placed on placed.leaf_id = leaf.id
        left join audit_payload opened on opened.leaf_id = leaf.id order by placed.position
    """,
    "owner": """
        select leaf.position, leaf.id, leaf.entry, opened.payload, opened.salt from strongroom_leaf leaf
        left join strongroom_leafpayload opened on opened.leaf_id = leaf.id order by leaf.position
    """,
}
HEADS = {
    "authority": "select note from transparency_checkpoint",
    "owner": "select note from strongroom_logcheckpoint",
}
SHOWN = frozenset({"record:opened", "record:opened_in_bulk"})


@dataclass(frozen=True, slots=True)
class Placed:
    """A leaf in its place, and what it commits to."""

    id: int
    leaf: Leaf
    payload: Any


def waiting(house: House, side: str) -> int:
    """How many leaves are not yet under a head that is public."""
    folder, key = house.log_folders[side]
    with house.superuser(side) as connection:
        (count,) = connection.execute(WAITING[side]).fetchone()
        (leaves,) = connection.execute(f"select count(*) from ({LEAVES[side]}) leaf").fetchone()
    return count or leaves - _public(folder, key)


def _public(folder: Path, key: VerifierKey) -> int:
    return open_checkpoint((folder / "checkpoint").read_text(), key).size


def history(house: House, side: str, kept: Sequence[str]) -> Iterator[str]:
    """The independent verifier reads every tile, and every head that anybody kept is the beginning of what is there now."""
    folder, key = house.log_folders[side]
    witnesses = [house.cosigner] if side == "authority" else []
    # The same head under other cosignatures is the same head.
    different = {note.partition("\n\n")[0]: note for note in kept}
    try:
        verify_log(
            source_of(str(folder)),
            key,
            kept=list(different.values()),
            witnesses=witnesses,
            quorum=len(witnesses),
        )
    except Fault as fault:
        yield f"{side} log: {fault}"


def leaves(house: House, side: str) -> tuple[list[Placed], list[str]]:
    """The leaves of a log in their places, and what is wrong with them: gaps, doubles, tiles or payloads that differ."""
    folder, key = house.log_folders[side]
    public: list[bytes] = []
    verify_log(source_of(str(folder)), key, on_entry=lambda _, entry: public.append(entry))
    with house.superuser(side) as connection:
        rows = connection.execute(LEAVES[side]).fetchall()
    faults = []
    if [row[0] for row in rows] != list(range(len(rows))):
        faults.append(f"{side} log: {len(rows)} leaves do not stand in as many places without gaps")
    if [bytes(row[2]) for row in rows] != public:
        faults.append(f"{side} log: the leaves are not the {len(public)} entries that are public")
    if len(set(public)) != len(public):
        faults.append(f"{side} log: {len(public) - len(set(public))} entries stand there twice")
    found = []
    for position, leaf_id, entry, payload, salt in rows:
        try:
            said = Statement(entry=bytes(entry), payload_json=canonical_payload(payload), salt=bytes(salt))
            found.append(Placed(leaf_id, open_statement(said)[0], payload))
        except Refusal as refusal:
            faults.append(f"{side} log, {position}: {refusal.code}")
    return found, faults


def heads(house: House, side: str) -> list[str]:
    """Every head that was ever signed, as the database keeps it."""
    with house.superuser(side) as connection:
        return [note for (note,) in connection.execute(HEADS[side]).fetchall()]


def writers(placed: Sequence[Placed], told: Mapping[str, str]) -> Iterator[str]:
    """Each leaf that its writer knows to be kept is there once, none that was taken back is, and none was never written."""
    marks = Counter(mark for one in placed if (mark := _mark(one.payload)))
    for mark, said in told.items():
        expected = {KEPT: (1,), TAKEN_BACK: (0,)}.get(said, (0, 1))
        if marks.pop(mark, 0) not in expected:
            yield f"authority log: {mark} was {said}, and does not stand there {expected} times"
    for mark in marks:
        yield f"authority log: nobody wrote {mark}"


def _mark(payload: Any) -> str | None:
    return (payload.get("details") or {}).get("mark") if isinstance(payload, dict) else None


def deadlocks(house: House) -> Iterator[str]:
    """PostgreSQL broke nobody off because two acts waited for each other: whoever is broken off knows nothing and asks again."""
    for side, cluster in house.clusters.items():
        if count := cluster.log.read_text(errors="replace").count("deadlock detected"):
            yield f"PostgreSQL of the {side}: {count} deadlocks"


def alarms(house: House) -> Iterator[str]:
    with house.superuser("authority") as connection:
        for table in ALARMS:
            for row in connection.execute(f"select * from {table}").fetchall():
                yield f"{table}: {row}"


def askers(placed: Sequence[Placed], callers: Callers) -> Iterator[str]:
    """An answer has all its leaves, and no answer has all or none: a batch is not cut, and no leaf is there twice."""
    counts = Counter(one.payload["actor"].rpartition(":")[2] for one in placed)
    refusals = {one.payload["actor"].rpartition(":")[2] for one in placed if one.leaf.refused}
    for asking in callers.asked:
        found = counts[asking.name]
        if found != asking.leaves and (asking.answered or found):
            yield f"owner's log: {asking} has {found} leaves"
        if asking.answered and bool(asking.refused) != (asking.name in refusals):
            yield f"owner's log: {asking} is not what its leaf says"


def openings(house: House, placed: Sequence[Placed]) -> Iterator[str]:
    """Every line of a history has its leaf, which says the same; every leaf of an opening has its line."""
    shown = {one.id: one for one in placed if one.leaf.tag in SHOWN and not one.leaf.refused}
    with house.superuser("owner") as connection:
        rows = connection.execute(
            "select leaf_id, record_id::text, actor from strongroom_opening where refused = ''"
        ).fetchall()
        used = connection.execute(
            "select used, (select count(*) from strongroom_opening where grant_id = g.id and refused = '')"
            " from strongroom_ownergrant g"
        ).fetchall()
    for leaf_id, record, actor in rows:
        one = shown.pop(leaf_id, None)
        if one is None or (one.payload["record"], one.payload["actor"]) != (record, f"caller:{actor}"):
            yield f"the opening of {record} for {actor} has no leaf that says so"
    for leaf_id in shown:
        yield f"leaf {leaf_id} tells of an opening that no history has"
    for said, counted in used:
        if said != counted:
            yield f"a grant counts {said} openings, and there are {counted}"


def records(house: House, callers: Callers, placed: Sequence[Placed]) -> Iterator[str]:
    """Nobody is recorded twice or lost; every record is under a key that is there, and opens; a destroyed key left nothing."""
    with house.superuser("owner") as connection:
        rows = connection.execute(
            "select c.application_reference, r.id::text, r.wrapped_key from strongroom_record r"
            " join strongroom_case c on c.record_id = r.id"
        ).fetchall()
    times = Counter(reference for reference, _, _ in rows)
    submitted = Counter(one.payload["record"] for one in placed if one.leaf.tag == "record:submitted")
    for reference, has_receipt in callers.forms.items():
        if times[reference] != 1 and (has_receipt or times[reference]):
            yield f"{reference} was recorded {times[reference]} times"
    files = KeyFiles(house.home.path)
    there = set(files.kek_numbers())
    for reference, record, wrapped in rows:
        if submitted[record] != 1:
            yield f"{reference}: {submitted[record]} leaves say that it was recorded"
        if number_of(bytes(wrapped)) not in there:
            yield f"{reference} is under key {number_of(bytes(wrapped))}, which is not there"
    for left in files.folder.glob("*.retired"):
        yield f"{left.name} is left of a key that was destroyed"


def every_record_opens(callers: Callers) -> Iterator[str]:
    """Once more, each by itself, after the last key was turned."""
    door = callers.house.door()
    for person in callers.people:
        told = door.open(
            case=person.case,
            purpose="certificate",
            fields=["name", "email"],
            actor="judge",
            application=person.reference,
        )
        if told != person.fields:
            yield f"{person.reference} does not open as herself"


def cosigned(house: House) -> tuple[list[str], list[str]]:
    """Every head of the authority's log that the witness ever cosigned, and what is wrong: a step back, two roots."""
    faults, sizes, roots = [], list[tuple[int, int]](), dict[int, bytes]()
    for note, line in house.recorder.cosigned:
        (signature,) = parse_signatures(line)
        (checked,) = cosignatures(with_cosignatures(note, [format_signature(signature)]), [house.cosigner])
        head = open_checkpoint(note, house.log_key)
        sizes.append((checked.at, head.size))
        if roots.setdefault(head.size, head.root_hash) != head.root_hash:
            faults.append(f"the witness cosigned two trees of {head.size}")
    # By its own clock, which says seconds: within one of them nobody knows which came first.
    for (_, before), (at, size) in pairwise(sorted(sizes)):
        if size < before:
            faults.append(f"the witness cosigned {before}, and at {at} no more than {size}")
    faults += [f"the witness answered the authority {status}" for status in house.recorder.refused]
    return [note for note, _ in house.recorder.cosigned], faults


def told_by(line: str) -> dict[str, str]:
    """What a writer of the authority's leaves says of one."""
    said = json.loads(line)
    return {said["mark"]: said["said"]}
