"""Taking what will be signed: one signer at a time decides, and takes nothing that was signed before.

Intents are written by the worker, serial numbers and attempts among them, and a claim is the last moment before a key is used.
So a line gets one certificate and a number one signature, whoever wrote the rows and whatever a restored backup has forgotten.
What the others have in hand is read first and what is recorded after it: whatever is recorded between the two is seen twice.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists

from chopmark.authority.applications.population import reference_of
from chopmark.authority.issuance import chunk_selectors
from chopmark.authority.issuance.errors import ChunkNotOurs, IntentNotOurs
from chopmark.authority.issuance.holding import hold_claiming
from chopmark.authority.issuance.models import (
    Certificate,
    ChunkClaim,
    Claim,
    IntendedCertificate,
    IntendedChunk,
    Kind,
    SpentClaim,
)
from chopmark.authority.issuance.press import SERIAL_OCTETS, places_from, split
from chopmark.authority.issuance.selectors import same_number
from chopmark.authority.kernel.copying import in_one
from chopmark.pki.refusals import Refusal

# Which of these numbers stand somewhere already; an index answers each.
_USED = """
    select wanted.serial from (select decode(one, 'hex') as serial from unnest(string_to_array(%s, ',')) one) wanted
    where exists (select from issuance_claim claim where claim.issuer_id = %s
                    and claim.serial_number = wanted.serial and claim.kind = 'certificate')
       or exists (select from issuance_certificate recorded where recorded.issuer_id = %s
                    and recorded.serial_number = wanted.serial and recorded.kind = 'certificate')
       or exists (select from revocation_revocation revoked where revoked.issuer_id = %s
                    and revoked.serial_number = wanted.serial)
       or exists (select from validation_delegateclaim delegate where delegate.issuer_id = %s
                    and delegate.serial_number = wanted.serial)
"""


@transaction.atomic
def claim_chunk(chunk: IntendedChunk, *, claimer: int, now: datetime) -> bool:
    """Take a chunk; False if another signer has it, `ChunkNotOurs` if any of it was signed or is being signed."""
    hold_claiming()
    if ChunkClaim.objects.filter(chunk_id=chunk.pk).exists():
        return False
    _require(not chunk_selectors.other_attempts_in_hand(chunk), "attempt")
    _require(not _recorded_lines(chunk), "lines")
    _require(not _used(chunk.issuer_id, split(bytes(chunk.serial_numbers), SERIAL_OCTETS)), "serial_numbers")
    ChunkClaim.objects.create(chunk_id=chunk.pk, claimer=claimer, claimed_at=now)
    return True


@transaction.atomic
def claim_intents(
    intents: Sequence[IntendedCertificate], *, claimer: int, now: datetime
) -> tuple[frozenset[int], Mapping[int, Refusal]]:
    """Take intents of one issuer, by id; and those that must not be signed, with why. The others have another signer."""
    hold_claiming()
    taken = _already_taken(intents)
    free = [intent for intent in intents if intent.pk not in taken]
    numbers = [bytes(intent.serial_number) for intent in free]
    served = _served(free)
    used = _used(free[0].issuer_id, numbers) if free else frozenset()
    mine, refused = [], {}
    for intent in free:
        if intent.application_reference in served:
            refused[intent.pk] = IntentNotOurs(rule="application")
        elif bytes(intent.serial_number) in used:
            refused[intent.pk] = IntentNotOurs(rule="serial_number")
        else:
            mine.append(intent)
            served.add(intent.application_reference)
    Claim.objects.bulk_create(_claim_of(intent, claimer, now) for intent in mine)
    return frozenset(intent.pk for intent in mine), refused


def _claim_of(intent: IntendedCertificate, claimer: int, now: datetime) -> Claim:
    return Claim(
        issuer_id=intent.issuer_id,
        serial_number=intent.serial_number,
        kind=intent.kind,
        claimer=claimer,
        claimed_at=now,
    )


def _already_taken(intents: Sequence[IntendedCertificate]) -> frozenset[int]:
    rows = IntendedCertificate.objects.filter(id__in=[intent.pk for intent in intents])
    return frozenset(rows.filter(Exists(same_number(Claim))).values_list("id", flat=True))


def _served(intents: Iterable[IntendedCertificate]) -> set[str]:
    """Applications of which something was claimed and not spent by a crash, or is recorded."""
    references = [intent.application_reference for intent in intents]
    rows = IntendedCertificate.objects.filter(application_reference__in=references)
    claimed = rows.filter(Exists(same_number(Claim))).exclude(Exists(same_number(SpentClaim)))
    in_hand = set(claimed.values_list("application_reference", flat=True))
    recorded = Certificate.objects.filter(application_reference__in=references, kind=Kind.CERTIFICATE)
    return in_hand | set(recorded.values_list("application_reference", flat=True))


def _recorded_lines(chunk: IntendedChunk) -> bool:
    """Whether a line of these has a certificate, by whichever attempt: the references of a chunk stand side by side."""
    span = (
        reference_of(chunk.campaign_id, chunk.number, 0),
        reference_of(chunk.campaign_id, chunk.number, 9999),
    )
    rows = Certificate.objects.filter(application_reference__range=span, kind=Kind.CERTIFICATE)
    wanted = {
        reference_of(chunk.campaign_id, chunk.number, place) for place in places_from(bytes(chunk.places))
    }
    return not wanted.isdisjoint(rows.values_list("application_reference", flat=True))


def _used(issuer_id: int, serial_numbers: Sequence[bytes]) -> frozenset[bytes]:
    in_hand = {
        serial
        for packed in chunk_selectors.numbers_in_hand(issuer_id)
        for serial in split(packed, SERIAL_OCTETS)
    }
    with connection.cursor() as cursor:
        cursor.execute(_USED, [in_one(serial.hex() for serial in serial_numbers), *[issuer_id] * 4])
        recorded = {bytes(serial) for (serial,) in cursor.fetchall()}
    return frozenset(recorded | in_hand.intersection(serial_numbers))


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise ChunkNotOurs(rule=rule)
