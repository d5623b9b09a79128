"""Discarding what is free: after a restore nobody knows which of these keys were drawn and delivered since the backup.

The operator's process says up to which key, the worker asks for each, the signer destroys those that are no line's.
"""

from datetime import datetime

from django.db import connection, transaction
from django.db.models import Max

from chopmark.authority.audit.services import act, leave
from chopmark.authority.audit.tags import AuditTag
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.outbox import hand_on
from chopmark.authority.keymaking import pool
from chopmark.authority.keymaking.events import KeyPoolDiscarded
from chopmark.authority.keymaking.models import PoolDiscard, PoolKey, Why
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Permission

AT_ONCE = 10_000
ASK = """
    insert into keymaking_poolpurgerequest (pool_key_id, why, requested_at)
    select key.id, %s, %s from keymaking_poolkey key where key.id <= %s
      and not exists (select from keymaking_pooldraw draw where draw.pool_key_id = key.id)
      and not exists (select from keymaking_poolpurge purge where purge.pool_key_id = key.id)
      and not exists (select from keymaking_poolpurgerequest asked where asked.pool_key_id = key.id)
    order by key.id limit %s
    on conflict do nothing
"""


@act(AuditTag.KEY_POOL_DISCARDED)
def discard(*, actor: Actor, now: datetime) -> int:
    """Draw none of the keys that are free now, ever, and have their copies destroyed; answers how many (CPS 6.1.2)."""
    participants.require_permission(actor, Permission.CONSOLE_CAMPAIGN_RUN)
    # No plan draws meanwhile: what is drawn is a line's, and stays.
    pool.hold_draws()
    count = sum(one.free for one in pool.status().values())
    up_to = PoolKey.objects.aggregate(last=Max("id"))["last"] or 0
    row = PoolDiscard.objects.create(up_to=up_to, discarded_by=actor.id, discarded_at=now)
    leave(public={"count": count}, payload={"actor": actor.id, "up_to": up_to}, now=now, rows=[row])
    hand_on(KeyPoolDiscarded(up_to))
    return count


@transaction.atomic
def ask_purge(up_to: int, now: datetime) -> None:
    """Have those destroyed that are no line's, some at a time: what is left comes with the next news."""
    with connection.cursor() as cursor:
        cursor.execute(ASK, [Why.DISCARDED.value, now, up_to, AT_ONCE])
        asked = cursor.rowcount
    if asked:
        hand_on(KeyPoolDiscarded(up_to), due_at=now)
