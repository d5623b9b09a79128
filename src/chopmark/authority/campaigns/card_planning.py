"""The dry run of a card bureau's batch: every line is looked at, and what is wrong with any is said by its number."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from chopmark.authority.applications.errors import KeyRepeated, KeySourceNotOffered
from chopmark.authority.campaigns.card_files import Asked, body_digest, require_named
from chopmark.authority.campaigns.card_transport import require_transport_certificate
from chopmark.authority.campaigns.errors import (
    CampaignEmpty,
    CampaignFaulty,
    CardBatchRepeated,
    LineMalformed,
    LineRepeated,
    TransportCertificateUnfit,
)
from chopmark.authority.campaigns.foretelling import issue_facts
from chopmark.authority.campaigns.models import CardBatch
from chopmark.authority.campaigns.planning import CHUNK, FAULTS_SHOWN, Wanted, facts_of, in_use, numbered
from chopmark.authority.catalogue.shapes import key_policy
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.custody.errors import AlgorithmNotOfKey
from chopmark.authority.custody.token import KeyAlgorithm
from chopmark.authority.issuance.press import Press
from chopmark.authority.keymaking import pool
from chopmark.pki.keys import KeyPolicy, require_good_key, spki_sha256
from chopmark.pki.refusals import Refusal

Line = tuple[int, Asked | Refusal]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """Of the keys that we make for a batch: their kind, what their holders agreed to, and to whom they are sealed."""

    algorithm: KeyAlgorithm
    agreement: str
    transport_certificate: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class CardsPlanned:
    """A batch with nothing wrong in any line, and what the dry run can say of it."""

    bureau: str
    batch: str
    lines: list[Asked]
    ours: Ours | None
    facts: dict[str, Any]

    @property
    def to_draw(self) -> int:
        """How many of its keys are to be ours."""
        return sum(not line.spki for line in self.lines)

    def as_terms(self) -> dict[str, Any]:
        """What operators approve beside the lines."""
        asked = {
            "bureau": self.bureau,
            "batch": self.batch,
            "requests_sha256": body_digest(self.lines),
            "keys_drawn": self.to_draw,
        }
        if self.ours is None:
            return asked
        return asked | {
            "key_algorithm": self.ours.algorithm.value,
            "made_by_us_under": self.ours.agreement,
            "transport_sha256": sha256(self.ours.transport_certificate).hexdigest(),
        }


@dataclass(slots=True)
class _Seen:
    requests: set[str] = field(default_factory=set)
    records: set[UUID] = field(default_factory=set)
    keys: set[bytes] = field(default_factory=set)


def read_records(lines: Iterable[str]) -> Iterator[Line]:
    """Lines that say no more than whose certificate it will be: the record is the request's number too."""
    for number, line in numbered(lines):
        try:
            record = UUID(line.strip())
        except ValueError:
            yield number, LineMalformed()
        else:
            yield number, Asked(record.hex.upper(), record, b"")


def dry_run(
    wanted: Wanted,
    bureau: str,
    batch: str,
    lines: Iterable[Line],
    *,
    now: datetime,
    ours: Ours | None = None,
) -> CardsPlanned:
    """Look at every line and write nothing; `CampaignFaulty` names those that cannot be used.

    `ours` is needed if a line has no key of its own.
    """
    require_named(bureau, batch)
    if CardBatch.objects.filter(bureau=bureau, batch=batch).exists():
        raise CardBatchRepeated
    press = Press(wanted.type_code, now)
    good = _good_lines(lines, key_policy(press.kind, press.day))
    to_draw = sum(not line.spki for line in good)
    if to_draw:
        pool.require_free(_required(ours, press, now).algorithm, to_draw)
    facts = facts_of(press, len(good), -(-len(good) // CHUNK), now) | {"keys_to_draw": to_draw}
    facts |= issue_facts(wanted.type_code, [line.record_id for line in good], now, agreement=wanted.agreement)
    return CardsPlanned(bureau=bureau, batch=batch, lines=good, ours=ours if to_draw else None, facts=facts)


def _good_lines(lines: Iterable[Line], policy: KeyPolicy) -> list[Asked]:
    """All lines, if nothing is wrong with any."""
    faults: list[tuple[int, str]] = []
    good: list[Asked] = []
    numbers: dict[bytes, int] = {}  # by the key's digest
    seen = _Seen()
    for number, line in lines:
        try:
            digest = _look_at(line, policy, seen)
        except Refusal as refusal:
            faults.append((number, refusal.code))
        else:
            good.append(_asked(line))
            if digest:
                numbers[digest] = number
    faults += in_use(numbers) + _in_pool(good, numbers)
    if faults:
        raise CampaignFaulty(sorted(faults)[:FAULTS_SHOWN])
    if not good:
        raise CampaignEmpty
    return good


def _required(ours: Ours | None, press: Press, now: datetime) -> Ours:
    """Keys may be ours if the type lets us make them, of a kind that it takes, and there is somebody to seal them to."""
    if ours is None:
        raise TransportCertificateUnfit(rule="missing")
    if KeySource.AUTHORITY not in press.kind.key_sources:
        raise KeySourceNotOffered(type=press.type_code)
    if ours.algorithm.value not in {one.value for one in press.kind.key.accepts}:
        raise AlgorithmNotOfKey(algorithm=ours.algorithm)
    require_transport_certificate(ours.transport_certificate, now)
    return ours


def _in_pool(lines: Sequence[Asked], numbers: Mapping[bytes, int]) -> list[tuple[int, str]]:
    """Lines that bring a key of our pool as if a chip had made it: its private half would be known to us and to nobody else."""
    brought = [line.spki for line in lines if line.spki]
    found = list[bytes]()
    for at in range(0, len(brought), CHUNK):
        found += pool.are_of_pool(brought[at : at + CHUNK])
    return [(numbers[spki_sha256(spki)], KeyRepeated.code) for spki in found]


def _asked(line: Asked | Refusal) -> Asked:
    if isinstance(line, Refusal):
        raise line
    return line


def _look_at(line: Asked | Refusal, policy: KeyPolicy, seen: _Seen) -> bytes:
    """The digest of the key that the chip made, or nothing; a request, a record and a key stand in one line only."""
    asked = _asked(line)
    digest = require_good_key(asked.spki, policy).spki_sha256 if asked.spki else b""
    if asked.request in seen.requests or asked.record_id in seen.records or digest in seen.keys:
        raise LineRepeated
    seen.requests.add(asked.request)
    seen.records.add(asked.record_id)
    if digest:
        seen.keys.add(digest)
    return digest
