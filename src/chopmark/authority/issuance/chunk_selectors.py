"""Reading chunks: which wait for the signer, which a crash left unfinished, how far a campaign is."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from chopmark.authority.applications.population import place_in, reference_of
from chopmark.authority.issuance.models import (
    Certificate,
    ChunkClaim,
    IntendedChunk,
    Kind,
    RefusedChunk,
    SpentChunk,
)
from chopmark.authority.kernel.identifiers import CertificateId

# Certificates of a chunk are recorded together: the first stands for all, if it is of this chunk and not only of that number.
# One look into the index for each chunk: written with `exists`, a planner without statistics may join all certificates.
RECORDED = """
    coalesce((select true from issuance_certificate recorded
              where recorded.issuer_id = chunk.issuer_id and recorded.kind = 'certificate'
                and recorded.serial_number = substring(chunk.serial_numbers for 16)
                and starts_with(recorded.application_reference,
                                'CP' || lpad(chunk.campaign_id::text, 4, '0') || lpad(chunk.number::text, 5, '0'))
              limit 1), false)
"""
UNFINISHED = f"""
    select chunk.id, claim.claimer from issuance_chunkclaim claim
    join issuance_intendedchunk chunk on chunk.id = claim.chunk_id
    where not exists (select from issuance_spentchunk spent where spent.chunk_id = chunk.id) and not {RECORDED}
"""  # noqa: S608  # our own words
# A signer that fails ends its claimer's life (`config/signer_root.py`), so of each only the last claim may be unfinished: a
# campaign's thousands of finished ones are not looked into. Numbers that were spent are used for good.
IN_HAND = f"""
    select chunk.serial_numbers from (
        (select distinct on (claimer) chunk_id from issuance_chunkclaim order by claimer, id desc)
        union select chunk_id from issuance_spentchunk
    ) claimed join issuance_intendedchunk chunk on chunk.id = claimed.chunk_id
    where chunk.issuer_id = %s and not {RECORDED}
"""  # noqa: S608  # our own words
STATES = f"""
    select chunk.number, chunk.attempt, length(chunk.serial_numbers) / 16,
           exists (select from issuance_chunkclaim claim where claim.chunk_id = chunk.id),
           (select code from issuance_refusedchunk refused where refused.chunk_id = chunk.id),
           exists (select from issuance_spentchunk spent where spent.chunk_id = chunk.id),
           exists (select from issuance_chunkclaim claim where claim.chunk_id = chunk.id) and {RECORDED}
    from issuance_intendedchunk chunk where chunk.campaign_id = %s order by chunk.number, chunk.attempt
"""  # noqa: S608  # our own words

# The moment of a chunk is that of its first certificate: they were recorded together. One look into the index for each, as above.
MOMENTS = """
    select number, count, recorded_at from (
        select chunk.number, length(chunk.serial_numbers) / 16 as count,
               (select recorded.recorded_at from issuance_certificate recorded
                where recorded.issuer_id = chunk.issuer_id and recorded.kind = 'certificate'
                  and recorded.serial_number = substring(chunk.serial_numbers for 16)
                  and starts_with(recorded.application_reference,
                                  'CP' || lpad(chunk.campaign_id::text, 4, '0') || lpad(chunk.number::text, 5, '0'))
                limit 1) as recorded_at
        from issuance_intendedchunk chunk where chunk.campaign_id = %s
    ) moments where recorded_at is not null
"""


def waiting_chunks(limit: int) -> list[int]:
    """Chunks that no signer took or refused yet, the oldest first, by id."""
    chunks = IntendedChunk.objects.exclude(Exists(_of(ChunkClaim))).exclude(Exists(_of(RefusedChunk)))
    return list(chunks.order_by("id").values_list("id", flat=True)[:limit])


def still_waits(chunk_id: int) -> IntendedChunk | None:
    chunks = IntendedChunk.objects.exclude(Exists(_of(ChunkClaim))).exclude(Exists(_of(RefusedChunk)))
    return chunks.filter(id=chunk_id).first()


def live_intent(campaign_id: int, number: int) -> IntendedChunk | None:
    """What is intended for a chunk and was not spent by a crash."""
    chunks = IntendedChunk.objects.filter(campaign_id=campaign_id, number=number)
    return chunks.exclude(Exists(_of(SpentChunk))).first()


def refused_attempts(campaign_id: int, number: int) -> QuerySet[IntendedChunk]:
    """What was intended for a chunk and the signer would not sign."""
    return IntendedChunk.objects.filter(campaign_id=campaign_id, number=number).filter(
        Exists(_of(RefusedChunk))
    )


def attempts(campaign_id: int, number: int) -> int:
    return IntendedChunk.objects.filter(campaign_id=campaign_id, number=number).count()


def attempt_of(campaign_id: int, number: int, attempt: int) -> IntendedChunk:
    return IntendedChunk.objects.get(campaign_id=campaign_id, number=number, attempt=attempt)


def other_attempts_in_hand(chunk: IntendedChunk) -> bool:
    """Whether a signer claimed these lines under another attempt, and neither recorded nor lost them."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"{UNFINISHED} and chunk.campaign_id = %s and chunk.number = %s and chunk.id <> %s",
            [chunk.campaign_id, chunk.number, chunk.pk],
        )
        return cursor.fetchone() is not None


def numbers_in_hand(issuer_id: int) -> list[bytes]:
    """The packed serial numbers of each chunk that was claimed and has no certificates."""
    with connection.cursor() as cursor:
        cursor.execute(IN_HAND, [issuer_id])
        return [bytes(serial_numbers) for (serial_numbers,) in cursor.fetchall()]


def claimers_at_work() -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(UNFINISHED)
        return {claimer for _, claimer in cursor.fetchall()}


def unfinished(claimer: int) -> Sequence[IntendedChunk]:
    """What a signer claimed and neither recorded nor lost."""
    with connection.cursor() as cursor:
        cursor.execute(f"{UNFINISHED} and claim.claimer = %s", [claimer])
        ids = [chunk_id for chunk_id, _ in cursor.fetchall()]
    return list(IntendedChunk.objects.filter(id__in=ids).order_by("id"))


def states(campaign_id: int) -> list[tuple[int, int, int, bool, str | None, bool, bool]]:
    """Each attempt at each chunk: number, attempt, count, and whether claimed, refused (its code), spent, recorded."""
    with connection.cursor() as cursor:
        cursor.execute(STATES, [campaign_id])
        return [tuple(row) for row in cursor.fetchall()]


def moments(campaign_id: int) -> list[tuple[int, int, datetime]]:
    """Each chunk that has certificates: its number, how many, and when they were recorded."""
    with connection.cursor() as cursor:
        cursor.execute(MOMENTS, [campaign_id])
        return [tuple(row) for row in cursor.fetchall()]


def certificates_of(campaign_id: int, number: int) -> dict[int, tuple[CertificateId, bytes]]:
    """The certificates of a chunk's lines in DER, by the place of the line."""
    rows = _certificates(campaign_id, number).values_list(
        "application_reference", "issuer_id", "serial_number", "certificate_der"
    )
    return {
        place_in(reference): (CertificateId(issuer_id, bytes(serial_number)), bytes(der))
        for reference, issuer_id, serial_number, der in rows
    }


def certified_places(campaign_id: int, number: int) -> set[int]:
    """The places of the chunk's lines that have a certificate."""
    references = _certificates(campaign_id, number).values_list("application_reference", flat=True)
    return set(map(place_in, references))


def _certificates(campaign_id: int, number: int) -> QuerySet[Certificate]:
    span = (reference_of(campaign_id, number, 0), reference_of(campaign_id, number, 9999))
    return Certificate.objects.filter(application_reference__range=span, kind=Kind.CERTIFICATE)


def _of(
    model: type[ChunkClaim | RefusedChunk | SpentChunk],
) -> QuerySet[ChunkClaim | RefusedChunk | SpentChunk]:
    return QuerySet(model).filter(chunk_id=OuterRef("id"))
