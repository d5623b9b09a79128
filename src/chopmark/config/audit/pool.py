"""The key pool: every key is of a batch that an operator ordered, one line's or nobody's, and there or purged."""

import hashlib
from collections.abc import Iterator

from chopmark.authority.campaigns.card_purging import WARRANTS
from chopmark.authority.campaigns.chunks import all_items
from chopmark.authority.keymaking.models import Why
from chopmark.config.audit.fault import Fault, rows

FILLED = """
    select filled.id, filled.count, filled.sha256, batch.order_id, batch.number, ordered.id is not null, claim.id is not null
    from keymaking_filledbatch filled
    left join keymaking_poolbatch batch on batch.id = filled.batch_id
    left join keymaking_poolclaim claim on claim.batch_id = filled.batch_id
    left join keymaking_poolorder ordered on ordered.id = batch.order_id
      and batch.number between 0 and (ordered.count - 1) / nullif(ordered.batch_size, 0)
    order by filled.id
"""
KEYS = """
    select key.id, key.spki from keymaking_poolkey key join keymaking_filledbatch filled on filled.batch_id = key.batch_id
    where filled.id = %s order by key.id
"""
TWICE = """
    select batch.order_id, batch.number from keymaking_filledbatch filled
    join keymaking_poolbatch batch on batch.id = filled.batch_id group by batch.order_id, batch.number having count(*) > 1
"""
OF_NO_BATCH = """
    select key.id from keymaking_poolkey key
    where not exists (select from keymaking_filledbatch filled where filled.batch_id = key.batch_id)
"""
# A claim that made nothing is spent, and another attempt at the batch follows it.
UNFINISHED = """
    select distinct batch.order_id, batch.number
    from keymaking_poolclaim claim join keymaking_poolbatch batch on batch.id = claim.batch_id
    where not exists (select from keymaking_filledbatch filled join keymaking_poolbatch other on other.id = filled.batch_id
                      where other.order_id = batch.order_id and other.number = batch.number)
      and not exists (select from keymaking_poolorderend stopped where stopped.order_id = batch.order_id)
"""
PLANNED = """
    select campaign.id, campaign.reference, coalesce((terms.terms ->> 'keys_drawn')::int, 0),
           (select count(*) from keymaking_pooldraw draw where draw.campaign_id = campaign.id)
    from campaigns_campaign campaign left join campaigns_campaignterms terms on terms.campaign_id = campaign.id
    order by campaign.id
"""
OF_NO_CAMPAIGN = """
    select pool_key_id from keymaking_pooldraw draw
    where not exists (select from campaigns_campaign campaign where campaign.id = draw.campaign_id)
"""
DRAWN = """
    select draw.place, draw.pool_key_id, key.spki from keymaking_pooldraw draw
    left join keymaking_poolkey key on key.id = draw.pool_key_id where draw.campaign_id = %s and draw.number = %s
"""
# A free key is wrapped, a drawn one wrapped or sealed; a purged one is neither, and was drawn.
COPIES = """
    select key.id, copies.wrapped, copies.sealed, draw.id is not null, purge.id is not null
    from keymaking_poolkey key
    left join (select pool_key_id, count(*) filter (where kind = 'wrapped') as wrapped,
                      count(*) filter (where kind = 'sealed') as sealed
               from chopmark_pool_copies() group by pool_key_id) copies on copies.pool_key_id = key.id
    left join keymaking_pooldraw draw on draw.pool_key_id = key.id
    left join keymaking_poolpurge purge on purge.pool_key_id = key.id
    where coalesce(copies.wrapped, 0) + coalesce(copies.sealed, 0) <> case when purge.id is null then 1 else 0 end
       or draw.id is null and (copies.sealed > 0 or purge.why <> 'discarded')
"""
# A copy whose key is not in the pool.
STRAY = """
    select pool_key_id from chopmark_pool_copies() copy
    where not exists (select from keymaking_poolkey key where key.id = copy.pool_key_id)
"""
KEPT = """
    select draw.pool_key_id from keymaking_pooldraw draw
    where exists (select from campaigns_cardacknowledgement kept where kept.campaign_id = draw.campaign_id)
      and not exists (select from keymaking_poolpurge purge where purge.pool_key_id = draw.pool_key_id)
"""
REVOKED = """
    select draw.pool_key_id from keymaking_pooldraw draw
    join issuance_certificate recorded on recorded.application_reference =
         'CP' || lpad(draw.campaign_id::text, 4, '0') || lpad(draw.number::text, 5, '0') || lpad(draw.place::text, 4, '0')
    join revocation_revocation revoked using (issuer_id, serial_number)
    where not exists (select from keymaking_poolpurge purge where purge.pool_key_id = draw.pool_key_id)
"""
DISCARDED = """
    draw.id is null and exists (select from keymaking_pooldiscard discarded where discarded.up_to >= purge.pool_key_id)
"""
BEHIND = WARRANTS | {Why.DISCARDED: DISCARDED}
# A key that was destroyed with nothing behind it: whoever asked for that kept it from its card.
UNWARRANTED = f"""
    select purge.pool_key_id, purge.why from keymaking_poolpurge purge
    left join keymaking_pooldraw draw on draw.pool_key_id = purge.pool_key_id
    where not case purge.why {"".join(f"when '{why.value}' then {warrant} " for why, warrant in BEHIND.items())} else false end
"""  # noqa: S608  # our own words
SEALED = """
    select sealed.campaign_id, sealed.number, sealed.count, sealed.code,
           (select count(*) from keymaking_pooldraw draw
            where draw.campaign_id = sealed.campaign_id and draw.number = sealed.number)
    from campaigns_sealedcards sealed order by sealed.id
"""
IN_FORCE = """
    select count(*) from keymaking_pooldraw draw
    join issuance_certificate recorded on recorded.application_reference =
         'CP' || lpad(draw.campaign_id::text, 4, '0') || lpad(draw.number::text, 5, '0') || lpad(draw.place::text, 4, '0')
    left join revocation_revocation revoked using (issuer_id, serial_number)
    where draw.campaign_id = %s and draw.number = %s and revoked.id is null
"""


def check_batches(*, settled: bool) -> Iterator[Fault]:
    """Of each batch there are the keys that its leaf stands for, made once, of an order, after a claim."""
    for filled_id, count, digest, order_id, number, is_ordered, is_claimed in rows(FILLED):
        name = f"order {order_id} batch {number}"
        if not (is_ordered and is_claimed):
            yield Fault("pool", name, "its keys were made without an order or a claim")
        found, over = 0, hashlib.sha256()
        for key_id, spki in rows(KEYS, [filled_id]):
            found += 1
            over.update(key_id.to_bytes(8, "big") + hashlib.sha256(spki).digest())
        if (found, over.digest()) != (count, bytes(digest)):
            yield Fault("pool", name, "its keys are not those that were made")
    yield from _check_between(settled=settled)


def _check_between(*, settled: bool) -> Iterator[Fault]:
    """No batch was made twice or came to nothing, and no key is of none."""
    for order_id, number in rows(TWICE):
        yield Fault("pool", f"order {order_id} batch {number}", "its keys were made twice")
    for (key_id,) in rows(OF_NO_BATCH):
        yield Fault("pool", f"key {key_id}", "it is of no batch that was made")
    if settled:
        for order_id, number in rows(UNFINISHED):
            yield Fault("pool", f"order {order_id} batch {number}", "no keys came of its claim")


def check_draws() -> Iterator[Fault]:
    """Each key that was drawn is that of the line that operators approved with it, and no other was."""
    for campaign_id, reference, to_draw, count in rows(PLANNED):
        if to_draw != count:
            yield Fault("pool", reference, f"{to_draw} keys were approved to be ours, and {count} are drawn")
        if count:
            yield from _check_lines(campaign_id)
    for (key_id,) in rows(OF_NO_CAMPAIGN):
        yield Fault("pool", f"key {key_id}", "it is drawn for a campaign that is not there")


def _check_lines(campaign_id: int) -> Iterator[Fault]:
    for number, items in all_items(campaign_id):
        for place, key_id, spki in rows(DRAWN, [campaign_id, number]):
            if spki is None or not 0 <= place < len(items) or items[place].key != bytes(spki):
                yield Fault("pool", f"key {key_id}", "it is not the key of the line that it is drawn for")


def check_copies(*, settled: bool) -> Iterator[Fault]:
    """Of each key there is one copy, or it was purged and there is none; with `settled`, what is to be purged is."""
    for key_id, wrapped, sealed, is_drawn, is_purged in rows(COPIES):
        state = "purged" if is_purged else "kept"
        copies = (wrapped or 0) + (sealed or 0)
        of = "a line's" if is_drawn else "nobody's"
        yield Fault("pool", f"key {key_id}", f"it is {of} and {state}, and there are {copies} copies of it")
    for (key_id,) in rows(STRAY):
        yield Fault("pool", f"key {key_id}", "there is a copy of it, and it is not of the pool")
    for key_id, why in rows(UNWARRANTED):
        yield Fault("pool", f"key {key_id}", f"it was destroyed as {why}, and nothing says that it is")
    if settled:
        for (key_id,) in rows(KEPT):
            yield Fault("pool", f"key {key_id}", "its bureau has it, and it is not purged")
        for (key_id,) in rows(REVOKED):
            yield Fault("pool", f"key {key_id}", "its certificate is revoked, and it is not purged")


def check_sealing(*, settled: bool) -> Iterator[Fault]:
    """No more keys of a chunk were sealed than were drawn; what the signer would not seal waits to be revoked."""
    for campaign_id, number, count, code, drawn in rows(SEALED):
        name = f"campaign {campaign_id} chunk {number}"
        if count > drawn:
            yield Fault("pool", name, f"{count} keys of it were sealed, and {drawn} are drawn")
        (in_force,) = next(rows(IN_FORCE, [campaign_id, number])) if settled and code else (0,)
        if in_force:
            said = f"the signer would not seal its keys ({code}), and {in_force} of their certificates are in force"
            yield Fault("ticket", name, said)
