"""Openings joined with applications: the owner writes down what her log commits to, and the authority's audit checks it.

The file is evidence, not testimony: every line is held against the owner's public log, and none may be missing of the
entries that there were when it was written.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from chopmark.config.audit.fault import Fault, rows
from chopmark.pki.refusals import Refusal
from chopmark.pki.tlog.leaf import Leaf, canonical_payload, commitment, decode_leaf
from chopmark.pki.tlog.note import VerifierKey
from chopmark.verifier.faults import Fault as LogFault
from chopmark.verifier.log import verify_log
from chopmark.verifier.sources import Source
from chopmark.verifier.words import ENGLISH, sentence

SUBMITTED, SIGHTED = "record:submitted", "sighting:signed"
OPENINGS = frozenset({"record:compared", "record:matched", "record:opened"})
TOLD = OPENINGS | {SUBMITTED, SIGHTED}
WRITTEN = """
    select leaf.position, leaf.entry, payload.salt, payload.payload::text from strongroom_leaf leaf
    join strongroom_leafpayload payload on payload.leaf_id = leaf.id order by leaf.position
"""
APPLICATIONS = (
    "select case_id::text, record_id::text, reference from applications_application where case_id is not null"
)
SIGHTINGS = """
    select application.case_id::text, evidence.application_reference from verification_evidence evidence
    left join applications_application application on application.reference = evidence.application_reference
    where evidence.kind = 'identity_sighted' and evidence.receipt <> '' and evidence.recorded_at < to_timestamp(%s)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What one entry of the owner's log commits to: identifiers and words of hers, nobody's particulars."""

    position: int
    salt: bytes
    payload: Mapping[str, Any]

    @classmethod
    def read(cls, text: str) -> Self:
        said = json.loads(text)
        return cls(position=int(said["position"]), salt=bytes.fromhex(said["salt"]), payload=said["payload"])

    def text(self) -> str:
        return json.dumps(
            {"position": self.position, "salt": self.salt.hex(), "payload": self.payload}, sort_keys=True
        )


def write_lines(to: Path) -> int:
    """Write how many entries there are, and every line that the authority's audit needs; answers how many lines."""
    found = list(rows(WRITTEN))
    lines = [
        Line(position=position, salt=bytes(salt), payload=json.loads(payload)).text()
        for position, entry, salt, payload in found
        if decode_leaf(bytes(entry)).tag in TOLD
    ]
    to.write_text("".join(f"{line}\n" for line in (heading(len(found)), *lines)))
    return len(lines)


def heading(entries: int) -> str:
    """The file's first line: the lines are of so many entries."""
    return json.dumps({"entries": entries})


def check_openings(lines: Sequence[str], source: Source, key: VerifierKey) -> Iterator[Fault]:
    """The lines are all that the owner's public log had then, and what they open, the authority knows."""
    entries: list[Leaf | None] = []
    try:
        verify_log(source, key, on_entry=lambda _, entry: entries.append(_leaf(entry)))
    except LogFault as fault:
        yield Fault("owner's log", "", sentence(fault, ENGLISH))
        return
    written = int(json.loads(lines[0])["entries"]) if lines else 0
    if not written > 0:
        yield Fault("openings", "the file", "it does not say of how many entries it is")
        return
    told: dict[int, tuple[Leaf, Mapping[str, Any]]] = {}
    for text in lines[1:]:
        line = Line.read(text)
        if line.position >= len(entries):
            continue  # of a head that is not public yet
        leaf = entries[line.position]
        if leaf is None or commitment(line.salt, canonical_payload(line.payload)) != leaf.commitment:
            yield Fault("opening", f"entry {line.position}", "the owner's log commits to something else")
        else:
            told[line.position] = (leaf, line.payload)
    for position, leaf in enumerate(entries[:written]):
        if leaf is not None and leaf.tag in TOLD and position not in told:
            yield Fault("opening", f"entry {position}", "the owner's log has it, and no line opens it")
    last = next((leaf for leaf in reversed(entries[:written]) if leaf), None)
    yield from _join(told, until=last.at if last else 0)


def _leaf(entry: bytes) -> Leaf | None:
    try:
        return decode_leaf(entry)
    except Refusal:
        return None


def _join(told: Mapping[int, tuple[Leaf, Mapping[str, Any]]], *, until: int) -> Iterator[Fault]:
    ours = {case: (record, reference) for case, record, reference in rows(APPLICATIONS)}
    submitted = {said["case"] for leaf, said in told.values() if leaf.tag == SUBMITTED and "case" in said}
    sighted = {said["case"] for leaf, said in told.values() if leaf.tag == SIGHTED and "case" in said}
    for position, (leaf, said) in told.items():
        # Who opens by a grant, a certificate or an officer's own credential does so at the owner's desk.
        if leaf.refused or leaf.tag not in OPENINGS or said.get("case") not in submitted:
            continue
        if said["case"] not in ours:
            yield Fault(
                "opening", f"entry {position}", "it was for an application that the authority does not have"
            )
        elif leaf.tag != "record:matched" and ours[said["case"]][0] != said["record"]:
            reference = ours[said["case"]][1]
            yield Fault("opening", f"entry {position}", f"it was of another record than that of {reference}")
    for case, reference in rows(SIGHTINGS, [until]):
        if case not in sighted:
            yield Fault("application", reference, "its sighting is not in the owner's log")
