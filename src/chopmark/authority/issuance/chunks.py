"""Writing down what a campaign's chunk will be, line by line linted, and settling what a crash left of one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models, transaction

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.custody.claimers import dead
from chopmark.authority.issuance import chunk_selectors as selectors
from chopmark.authority.issuance.errors import ChunkAlreadyIntended
from chopmark.authority.issuance.events import ChunkSpent
from chopmark.authority.issuance.gate import gate_of, lots_needed, stopped
from chopmark.authority.issuance.holding import hold_chunk, hold_claims_of
from chopmark.authority.issuance.models import IntendedChunk, SpentChunk
from chopmark.authority.issuance.press import (
    SERIAL_OCTETS,
    Press,
    Printed,
    PrintLine,
    digest_of,
    pack_places,
)
from chopmark.authority.issuance.services import RULE_SET
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.containing import each
from chopmark.authority.kernel.identifiers import serial_from
from chopmark.authority.kernel.outbox import hand_on
from chopmark.pki.refusals import Refusal

Chance = Callable[[int], bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChunkToIntend:
    """Which lines of which chunk are to be certified."""

    campaign_id: int
    number: int
    type_code: str
    lines: Sequence[PrintLine]
    # What the campaign keeps, in the same transaction, of the lines that do not pass: by place, why.
    keep_failed: Callable[[Mapping[int, str]], Sequence[models.Model]]


@act(AuditTag.CHUNK_INTENDED)
def intend_chunk(*, chunk: ChunkToIntend, randomness: Chance, actor: Actor, now: datetime) -> None:
    """Write down the exact content of a chunk's certificates, through the gate; what does not pass stays behind (CPS 4.3.1)."""
    # 1. Of two workers the second waits here, and finds it intended.
    hold_chunk(chunk.campaign_id, chunk.number)
    if selectors.live_intent(chunk.campaign_id, chunk.number) is not None:
        raise ChunkAlreadyIntended

    # 2. The bytes, by the type in force today, and the gate over each (C36).
    press = Press(chunk.type_code, now)
    printed, failed = _printed(press, chunk.lines, randomness)
    judged = gate_of(press.issuer.certificate_der).judge(
        (one for one, _ in printed), lots=randomness(lots_needed(len(printed)))
    )
    failed |= stopped(judged)
    passed = [(one, serial) for one, serial in printed if one.place not in failed]

    # 3. One row for all that passed, one leaf; the insert itself wakes the signer.
    rows = [*chunk.keep_failed(failed)]
    if passed:
        rows.append(_intent(chunk, press, passed, now))
    leave(
        public={"issuer": press.issuer.id, "count": len(passed), "type": chunk.type_code},
        payload={"campaign": chunk.campaign_id, "chunk": chunk.number, "rule_set": RULE_SET},
        now=now,
        rows=rows,
    )


def _intent(
    chunk: ChunkToIntend, press: Press, passed: Sequence[tuple[Printed, bytes]], now: datetime
) -> IntendedChunk:
    return IntendedChunk.objects.create(
        issuer_id=press.issuer.id,
        campaign_id=chunk.campaign_id,
        number=chunk.number,
        attempt=selectors.attempts(chunk.campaign_id, chunk.number) + 1,
        type_code=chunk.type_code,
        policy_date=press.day,
        places=pack_places([one.place for one, _ in passed]),
        serial_numbers=b"".join(serial for _, serial in passed),
        tbs_digests=b"".join(digest_of(one.tbs_certificate) for one, _ in passed),
        composed_at=now.replace(microsecond=0),
        rule_set=RULE_SET,
        intended_at=now,
    )


def _printed(
    press: Press, lines: Sequence[PrintLine], randomness: Chance
) -> tuple[list[tuple[Printed, bytes]], dict[int, str]]:
    """What can be composed, each under a fresh serial number, and why the rest cannot."""
    chance, printed, failed = randomness(SERIAL_OCTETS * len(lines)), [], {}
    for number, line in enumerate(lines):
        serial = serial_from(chance[SERIAL_OCTETS * number : SERIAL_OCTETS * (number + 1)])
        try:
            printed.append((press.compose(line, serial), serial))
        except Refusal as refusal:
            failed[line.place] = refusal.code
    return printed, failed


def mark_spent_chunks(*, actor: Actor, now: datetime) -> int:
    """Settle the chunks of signers that are no more; answers how many were spent."""
    gone = dead(selectors.claimers_at_work())
    return sum(each(gone, lambda claimer: _mark_all_spent(claimer, actor, now)))


@transaction.atomic
def _mark_all_spent(claimer: int, actor: Actor, now: datetime) -> int:
    # As with single claims: a signer that lives after all records before us, or finds its chunk spent.
    hold_claims_of(claimer)
    unfinished = selectors.unfinished(claimer)
    for chunk in unfinished:
        mark_spent_chunk(chunk=chunk, actor=actor, now=now)
    return len(unfinished)


@act(AuditTag.CHUNK_SPENT)
def mark_spent_chunk(*, chunk: IntendedChunk, actor: Actor, now: datetime) -> None:
    """Say for good that none of a chunk's serial numbers will be a certificate of ours, though signatures may exist."""
    spent = SpentChunk.objects.create(chunk_id=chunk.pk, spent_at=now)
    leave(
        public={"issuer": chunk.issuer_id, "count": len(chunk.serial_numbers) // SERIAL_OCTETS},
        payload={"campaign": chunk.campaign_id, "chunk": chunk.number, "attempt": chunk.attempt},
        now=now,
        rows=[spent],
    )
    hand_on(ChunkSpent(chunk.campaign_id, chunk.number, chunk.attempt))
