"""The dry run: every line of a file is looked at, and a plan comes of it only if nothing is wrong with any."""

import base64
import binascii
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from chopmark.authority.applications.errors import KeyRepeated
from chopmark.authority.applications.population import keys_in_use
from chopmark.authority.campaigns.errors import (
    CampaignEmpty,
    CampaignFaulty,
    LineMalformed,
    LineRepeated,
)
from chopmark.authority.campaigns.foretelling import issue_facts
from chopmark.authority.campaigns.models import Campaign
from chopmark.authority.campaigns.packing import Item, pack
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.shapes import key_policy
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.issuance.press import Press
from chopmark.pki.csr import read_request
from chopmark.pki.keys import KeyPolicy, require_good_key
from chopmark.pki.refusals import Refusal

CHUNK = 2000  # a signer claims no more at once (ARCHITECTURE 6)
FAULTS_SHOWN = 1000
# Certificates in a second, for the estimate only; `chopmark bench issuance` measures what a machine really does.
PACE = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which certificates are asked for, and by which leave of the owner's."""

    type_code: str
    input: Campaign.Input
    grant_id: UUID
    purpose: str
    agreement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The file's lines, packed by chunks, each with its count; and what the dry run can say of the whole."""

    count: int
    chunks: Sequence[tuple[int, bytes]]
    facts: Mapping[str, Any]


@dataclass(slots=True)
class _Seen:
    records: set[UUID] = field(default_factory=set)
    keys: set[bytes] = field(default_factory=set)


def anybody(record_id: UUID) -> None:
    """A population issue is for whoever stands in the file."""


def dry_run(
    wanted: Wanted, lines: Iterable[str], *, now: datetime, require: Callable[[UUID], None] = anybody
) -> Planned:
    """Look at every line and write nothing; `CampaignFaulty` names the lines that cannot be used, by number and reason.

    `require` refuses a record that the campaign is not for.
    """
    press = Press(
        wanted.type_code, now
    )  # refuses a type that is not offered, recognised, or has several issuers
    policy = key_policy(press.kind, press.day)
    faults: list[tuple[int, str]] = []
    items: list[Item] = []
    numbers: dict[bytes, int] = {}  # by the key's digest
    seen = _Seen()
    for number, line in numbered(lines):
        try:
            item, digest = _item(line, wanted.input, policy, seen)
            require(item.record_id)
        except Refusal as refusal:
            faults.append((number, refusal.code))
        else:
            items.append(item)
            numbers[digest] = number
    faults += in_use(numbers)
    if faults:
        raise CampaignFaulty(sorted(faults)[:FAULTS_SHOWN])
    if not items:
        raise CampaignEmpty
    chunks = [items[at : at + CHUNK] for at in range(0, len(items), CHUNK)]
    return Planned(
        count=len(items),
        chunks=[(len(chunk), pack(chunk)) for chunk in chunks],
        facts=facts_of(press, len(items), len(chunks), now)
        | issue_facts(wanted.type_code, [item.record_id for item in items], now, agreement=wanted.agreement),
    )


def numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Lines as an editor numbers them; empty ones and comments say nothing."""
    for number, line in enumerate(lines, 1):
        if line.strip() and not line.startswith("#"):
            yield number, line


def _item(line: str, kind: Campaign.Input, policy: KeyPolicy, seen: _Seen) -> tuple[Item, bytes]:
    item = _read(line)
    spki = spki_of(item, kind)
    digest = require_good_key(spki, policy).spki_sha256
    if item.record_id in seen.records or digest in seen.keys:
        raise LineRepeated
    seen.records.add(item.record_id)
    seen.keys.add(digest)
    return item, digest


def _read(line: str) -> Item:
    record, _, key = line.strip().partition(",")
    try:
        return Item(UUID(record.strip()), base64.b64decode(key.strip(), validate=True))
    except (ValueError, binascii.Error):
        raise LineMalformed from None


def spki_of(item: Item, kind: str) -> bytes:
    """The public key of a line; a request proves again that its maker holds the private half."""
    return read_request(item.key).spki_der if kind == Campaign.Input.CSR else item.key


def in_use(numbers: Mapping[bytes, int]) -> list[tuple[int, str]]:
    """Lines whose key an application names already."""
    digests, found = list(numbers), list[tuple[int, str]]()
    for at in range(0, len(digests), CHUNK):
        found += [(numbers[one], KeyRepeated.code) for one in keys_in_use(digests[at : at + CHUNK])]
    return found


def facts_of(press: Press, count: int, chunks: int, now: datetime) -> dict[str, Any]:
    lines = catalogue.fee_lines(press.kind, on=now, key_source=KeySource.CAMPAIGN)
    return {
        "certificates": count,
        "chunks": chunks,
        "issuer": press.issuer.slug,
        "currency": next((line.currency for line in lines), ""),
        "fee_each_minor": sum(line.amount_minor for line in lines),
        "fees_minor": count * sum(line.amount_minor for line in lines),
        "seconds_estimated": -(-count // PACE),
        "openings": count,
    }
