"""The dry run of a mass replacement: which certificates go, by which day, and which of them have a new key in the file."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from chopmark.authority.campaigns import planning
from chopmark.authority.campaigns.errors import RecordNotMatched, ReplacementDayPassed
from chopmark.authority.campaigns.foretelling import Telling, counter_facts
from chopmark.authority.campaigns.mass_planning import Revoking, Tally, facts_of, find
from chopmark.authority.campaigns.matching import Match, Matching
from chopmark.authority.campaigns.packing import Replaced, pack_replaced, unpack
from chopmark.authority.campaigns.planning import CHUNK, Planned, Wanted
from chopmark.authority.notices.policy import Template
from chopmark.pki.crl import CRLReason


class Then(StrEnum):
    """What becomes, when the day has come, of certificates for which nobody brought a new key."""

    REPORT = "report"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacing:
    """Which certificates are to be replaced by a day, and how the new ones are issued."""

    issue: Wanted
    matching: Matching
    by: datetime
    then: Then
    overlap_days: int | None = None  # both are good for so long, and never after the day; None: until the day

    @property
    def revoking(self) -> Revoking:
        return Revoking(matching=self.matching, reason=CRLReason.SUPERSEDED)

    def as_terms(self) -> dict[str, Any]:
        return {
            **self.revoking.as_terms(),
            "by": self.by.isoformat(),
            "then": self.then.value,
            "overlap_days": self.overlap_days,
        }


def dry_run(wanted: Replacing, lines: Iterable[str], *, now: datetime) -> Planned:
    """Look at every line and every certificate and write nothing; a line must be of a record whose certificate goes."""
    if wanted.by <= now:
        raise ReplacementDayPassed
    tally = Tally()
    found = find(wanted.revoking, tally, now)
    of_record: dict[UUID, list[Match]] = {}
    for match in found:
        if match.record_id is not None:
            of_record.setdefault(match.record_id, []).append(match)

    def require(record_id: UUID) -> None:
        if record_id not in of_record:
            raise RecordNotMatched

    issue = planning.dry_run(wanted.issue, lines, now=now, require=require)
    replaced = [_replaced(items, of_record) for _, items in issue.chunks]
    named = {one.certificate for chunk in replaced for one in chunk}
    without = [match for match in found if match.id not in named]
    rest = [Replaced(match.id, None) for match in without]
    chunks = [*replaced, *(rest[at : at + CHUNK] for at in range(0, len(rest), CHUNK))]
    return Planned(
        count=len(found),
        chunks=[*issue.chunks, *((len(chunk), pack_replaced(chunk)) for chunk in chunks)],
        facts={
            **wanted.as_terms(),
            **facts_of([match.id for match in found], tally, CRLReason.SUPERSEDED, now),
            "lines": issue.count,
            "line_chunks": len(issue.chunks),
            "with_key": len(named),
            "without_key": len(rest),
            **_telling(wanted, tally, without).facts(),
            **_coming(wanted, without, now),
            "issue": dict(issue.facts),
        },
    )


def _telling(wanted: Replacing, tally: Tally, without: Sequence[Match]) -> Telling:
    """Whoever has a key is told that a new one comes, and when the old one went; whoever has none, to come for one."""
    waiting = sum(match.record_id is not None for match in without)
    stay = 0 if wanted.then is Then.REVOKE else waiting
    revoked = tally.telling.notices[Template.CERTIFICATE_REVOKED]
    notices = {
        Template.CERTIFICATE_REPLACED: revoked - waiting,
        Template.CERTIFICATE_TO_REPLACE: waiting,
        Template.CERTIFICATE_REVOKED: revoked - stay,
    }
    return Telling(Counter(notices), tally.telling.untold)


def _coming(wanted: Replacing, without: Sequence[Match], now: datetime) -> Mapping[str, Any]:
    """Those come for whom nobody brought a key, as they are told; whoever has one in the file reads that nothing is to do."""
    known = {match.record_id: match.outlet for match in without if match.record_id is not None}
    return counter_facts(list(known), known, now=now, by=wanted.by)


def _replaced(items: bytes, of_record: Mapping[UUID, Sequence[Match]]) -> list[Replaced]:
    """What the lines of a chunk replace, in their order: all certificates of a record that are to go."""
    return [
        Replaced(match.id, place)
        for place, item in enumerate(unpack(items))
        for match in of_record[item.record_id]
    ]
