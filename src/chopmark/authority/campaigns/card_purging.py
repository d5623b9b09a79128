"""The signer's part when a key of a card is to be destroyed: the worker asks, and a reason must stand elsewhere.

The bureau said that it has the key, the key's certificate is revoked, or its line came to nothing.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection

from chopmark.authority.keymaking import pool_signing
from chopmark.authority.keymaking.models import Why

CERTIFIED = """
    select from issuance_certificate recorded {revoked} where recorded.application_reference =
        'CP' || lpad(draw.campaign_id::text, 4, '0') || lpad(draw.number::text, 5, '0') || lpad(draw.place::text, 4, '0')
"""
UNSEALED = """
    exists (select from campaigns_sealedcards sealed
            where sealed.campaign_id = draw.campaign_id and sealed.number = draw.number and sealed.code <> '')
"""
# What must be behind the end of a key that was drawn, by why it ended. What the signer would not seal was delivered to nobody.
WARRANTS = {
    Why.LINE_FAILED: f"""
        ({UNSEALED}
         or exists (select from campaigns_campaignstep step
                    where step.campaign_id = draw.campaign_id and step.step = 'finished')
            and not exists ({CERTIFIED.format(revoked="")}))
    """,
    Why.DELIVERED: f"""
        exists (select from campaigns_cardacknowledgement kept where kept.campaign_id = draw.campaign_id) and not {UNSEALED}
    """,
    Why.REVOKED: f"""
        exists ({CERTIFIED.format(revoked="join revocation_revocation revoked using (issuer_id, serial_number)")})
    """,
}
# A request is gone when it is done, so that none of a million is looked at again. Which reason it gives is not asked: a wrong one
# would keep the right one out.
TO_PURGE = f"""
    select pool_key_id, why from (
        select asked.id, asked.pool_key_id, case
            {"".join(f"when {warrant} then '{why.value}' " for why, warrant in WARRANTS.items())}
        end as why
        from keymaking_poolpurgerequest asked join keymaking_pooldraw draw on draw.pool_key_id = asked.pool_key_id
    ) warranted where why is not null order by id limit %s
"""  # noqa: S608  # our own words


def purge_asked(*, now: datetime) -> int:
    """Destroy the copies of keys that the worker asks to be purged and that may be; answers how many."""
    return pool_signing.purge_asked(_to_purge, now=now)


def _to_purge() -> Mapping[int, Why]:
    with connection.cursor() as cursor:
        cursor.execute(TO_PURGE, [pool_signing.PURGED_AT_ONCE])
        return {pool_key_id: Why(why) for pool_key_id, why in cursor.fetchall()}
