"""What became of a campaign, by other roads than its processes took; asked again while no server takes the question."""

import time
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from patience import SETTLED_WITHIN

T = TypeVar("T")
# Asked for, or to be asked for: they wait for a strongroom, which no stage of ours runs.
LETTERS = ("notice.asked", "chunk.to_tell")

COUNTED = """
    select count(*), count(distinct (issuer_id, serial_number)), count(distinct application_reference),
           count(*) filter (where not exists (
               select from revocation_revocation revoked
               where revoked.issuer_id = recorded.issuer_id and revoked.serial_number = recorded.serial_number))
    from issuance_certificate recorded where kind = 'certificate'
"""
# Chunks that a signer has claimed, and of which nothing became yet.
IN_HAND = """
    select count(*) from issuance_chunkclaim claim join issuance_intendedchunk chunk on chunk.id = claim.chunk_id
    where not exists (select from issuance_spentchunk spent where spent.chunk_id = chunk.id)
      and not exists (select from issuance_certificate recorded where recorded.issuer_id = chunk.issuer_id
                      and recorded.serial_number = substring(chunk.serial_numbers for 16))
"""
# Such claims, spent chunks whose numbers are not all revoked yet, news that nobody has heard, lists that nobody signed yet, and
# leaves without a place under a signed head.
ON_ITS_WAY = f"""
    select ({IN_HAND})
         + (select coalesce(sum(length(chunk.serial_numbers) / 16), 0)
            from issuance_spentchunk spent join issuance_intendedchunk chunk on chunk.id = spent.chunk_id)
         - (select count(*) from revocation_revocation revoked where not exists (
                select from issuance_certificate recorded where recorded.issuer_id = revoked.issuer_id
                and recorded.serial_number = revoked.serial_number))
         + (select count(*) from kernel_handover where handled_at is null and name <> all(%s))
         + (select count(*) from publication_crlintent intent
            where not exists (select from publication_crl signed
                              where signed.issuer_id = intent.issuer_id and signed.shard = intent.shard
                                and signed.number >= intent.number)
              and not exists (select from publication_refusedcrl refused
                              where refused.issuer_id = intent.issuer_id and refused.shard = intent.shard
                                and refused.number = intent.number))
         + (select count(*) from audit_leaf leaf where not exists (
                select from transparency_position place where place.leaf_id = leaf.id
                and place.position < (select max(size) from transparency_checkpoint)))
"""


def in_hand() -> int:
    """How many chunks are claimed, and neither recorded nor spent."""
    ((count,),) = told(IN_HAND)
    return int(count)


def is_settled(*, but: Sequence[str] = LETTERS) -> bool:
    """Nothing is on its way, but for news of these names."""
    return told(ON_ITS_WAY, list(but)) == [(0,)]


def counted() -> tuple[int, ...]:
    """Certificates, serial numbers of them, lines of the campaign that they are of, and how many are in force."""
    ((*counts,),) = told(COUNTED)
    return tuple(counts)


def told(sql: str, *parameters: Any) -> list[Any]:
    from chopmark.config.audit.fault import rows

    return patiently(lambda: list(rows(sql, parameters)))


def patiently(ask: Callable[[], T]) -> T:
    """Asked again while there is no server that takes writes."""
    from django.db import OperationalError, connections

    end = time.monotonic() + SETTLED_WITHIN
    while True:
        try:
            return ask()
        except OperationalError:
            connections.close_all()
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
