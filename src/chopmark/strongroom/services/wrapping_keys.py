"""Changing the owner's key-encryption key while openings go on: make a new one, move records, destroy the old."""

from datetime import datetime

from django.db import connection
from django.db.models import BinaryField, Q, QuerySet
from django.db.models.functions import Length, Substr

from chopmark.strongroom import ceremony, vault
from chopmark.strongroom.actors import Actor
from chopmark.strongroom.cabinet import PREFIX, UNNUMBERED, number_of, prefix
from chopmark.strongroom.errors import KekInUse, KekUnknown
from chopmark.strongroom.keyring import Keyring
from chopmark.strongroom.leaves import act, leave
from chopmark.strongroom.models import Record
from chopmark.strongroom.options import KeyFiles
from chopmark.strongroom.tags import Tag
from chopmark.strongroom.token_kek import TokenPlace, make_keys

_KEYS_LOCK = (0x5374, 3)


def hold() -> None:
    """Until this transaction ends no key is retired: a record is never written under a key that has just gone."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock_shared(%s, %s)", _KEYS_LOCK)


def counts(keys: Keyring) -> dict[int, int]:
    """How many records each key wraps; a number that is not open stands there too, if something needs it."""
    found = dict.fromkeys(sorted(keys.kek.open_keys()), 0)
    with connection.cursor() as cursor:
        cursor.execute(
            """select min(wrapped_key), count(*) from strongroom_record where wrapped_key is not null
               group by case when length(wrapped_key) = %s then '' else substring(wrapped_key from 1 for %s) end""",
            [UNNUMBERED, PREFIX],
        )
        for example, wraps in cursor.fetchall():
            number = number_of(bytes(example))
            found[number] = found.get(number, 0) + wraps
    return found


@act(Tag.KEK_ROTATED)
def rotate(
    *, files: KeyFiles, passphrase: str, token: TokenPlace | None = None, actor: Actor, now: datetime
) -> int:
    """Make the next key, in a file or, with its place, in a token.

    A crash before the leaf leaves a key that is used all the same: it wraps, and is counted.
    """
    _hold_alone()
    if token is None:
        number = ceremony.make_kek(files, passphrase)
    else:
        make_keys(token)
        number = ceremony.bring_token(files, passphrase, token)
    leave(actor=actor, payload={"number": number}, now=now)
    return number


def rewrap(*, keys: Keyring, most: int, actor: Actor, now: datetime) -> int:
    """Move up to so many records to the newest key, in one transaction; answers how many, and 0 when none is left."""
    if not _left(keys).exists():
        return 0
    return _rewrap(keys=keys, most=most, actor=actor, now=now)


@act(Tag.KEK_REWRAPPED)
def _rewrap(*, keys: Keyring, most: int, actor: Actor, now: datetime) -> int:
    # 1. Hold these rows: whoever shreds one waits, and then shreds it. An opening reads and does not wait.
    records = list(_left(keys).select_for_update(no_key=True).order_by("pk")[:most])

    # 2. The same record key under the newest key; the record's ciphertext is not touched.
    for record in records:
        record.wrapped_key = vault.rewrap(record.locked, kek=keys.kek, nonce=keys.draw(vault.NONCE))
    Record.objects.bulk_update(records, ["wrapped_key"])

    # 3. One leaf for the chunk.
    leave(actor=actor, payload={"number": keys.kek.newest, "records": len(records)}, now=now)
    return len(records)


def retire(*, number: int, files: KeyFiles, keys: Keyring, actor: Actor, now: datetime) -> None:
    """Destroy a key that wraps no record; a crash after the leaf leaves its file, and the verb may be run again."""
    _write_retired(number=number, keys=keys, actor=actor, now=now)
    ceremony.destroy_kek(files, number)


@act(Tag.KEK_RETIRED)
def _write_retired(*, number: int, keys: Keyring, actor: Actor, now: datetime) -> None:
    _hold_alone()
    if number not in keys.kek.open_keys():
        raise KekUnknown(number=number)
    if number == keys.kek.newest or counts(keys)[number]:
        raise KekInUse(number=number)
    leave(actor=actor, payload={"number": number}, now=now)


def _left(keys: Keyring) -> QuerySet[Record]:
    mark = Substr("wrapped_key", 1, PREFIX, output_field=BinaryField())
    whole = Record.objects.filter(wrapped_key__isnull=False).annotate(mark=mark, size=Length("wrapped_key"))
    return whole.filter(Q(size=UNNUMBERED) | ~Q(mark=prefix(keys.kek.newest)))


def _hold_alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s, %s)", _KEYS_LOCK)
