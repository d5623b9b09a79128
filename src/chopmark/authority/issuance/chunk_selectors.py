"""Reading chunks: which wait for the signer, which a crash left unfinished, how far a campaign is."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet

from chopmark.authority.issuance.models import ChunkClaim, IntendedChunk, RefusedChunk, SpentChunk

# Certificates of a chunk are recorded together: the first stands for all, if it is of this chunk and not only of that number.
RECORDED = """
    exists (select from issuance_certificate recorded
            where recorded.issuer_id = chunk.issuer_id and recorded.kind = 'certificate'
              and recorded.serial_number = substring(chunk.serial_numbers for 16)
              and starts_with(recorded.application_reference,
                              'CP' || lpad(chunk.campaign_id::text, 4, '0') || lpad(chunk.number::text, 5, '0')))
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


def _of(
    model: type[ChunkClaim | RefusedChunk | SpentChunk],
) -> QuerySet[ChunkClaim | RefusedChunk | SpentChunk]:
    return QuerySet(model).filter(chunk_id=OuterRef("id"))
