"""The owner's side of `chopmark bench openings`, in a process of hers: records of test persons, a grant, and the raw limit."""

import json
import secrets
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

if TYPE_CHECKING:
    from chopmark.strongroom.models import Record

PURPOSE = "population_issue"
OFFICERS = ("90011", "90012")
PER_STATEMENT = 2000
RAW = 20_000  # records of the raw limit
_ENTRY, _HASH = bytes(160), bytes(32)  # about as long as an opening's leaf
_LETTERS = str.maketrans("0123456789", "ghijklmnop")


def kept_in(home: Path) -> Path:
    """Where the records' ids lie between the processes of a measurement, one a line."""
    return home / "run" / "bench-records"


def fill(home: Path, count: int) -> str:
    """So many records, and a grant over as many, signed by two of the owner's; answers the grant's id."""
    from django.db import connection

    from chopmark.strongroom import clock
    from chopmark.strongroom.models import Record

    now = clock.now()
    with kept_in(home).open("w", encoding="ascii") as kept:
        for first in range(0, count, PER_STATEMENT):
            made = [_record(now) for _ in range(min(PER_STATEMENT, count - first))]
            Record.objects.bulk_create(made)
            kept.writelines(f"{one.pk}\n" for one in made)
    with connection.cursor() as cursor:
        cursor.execute("analyze strongroom_record")
    return _granted(count, now)


def _record(now: datetime) -> "Record":
    from chopmark.strongroom import vault
    from chopmark.strongroom.keys.keyring import keyring
    from chopmark.strongroom.models import Record

    keys = keyring()
    locked = vault.lock(_person(), record_id=keys.draw_id(), kek=keys.kek, chances=keys.draw_chances())
    return Record(
        id=locked.record_id,
        wrapped_key=locked.wrapped_key,
        ciphertext=locked.ciphertext,
        blind_index=secrets.token_bytes(32),
        form_digest=secrets.token_bytes(32),
        access_salt=secrets.token_bytes(16),
        access_verifier=secrets.token_bytes(32),
        created_at=now,
    )


def _person() -> dict[str, str | None]:
    word = secrets.token_hex(5).translate(_LETTERS)
    return {
        "name": f"{word[:4].upper()} {word[4:7].capitalize()} {word[7:].capitalize()}",
        "chinese_name": "陳大文",
        "hkid": "A1234563",
        "birth_date": "1988-03-27",
        "email": f"{word}@mail.example",
        "phone": "+85291234567",
    }


def _granted(count: int, now: datetime) -> str:
    from chopmark.strongroom.actors import Actor
    from chopmark.strongroom.keys.keyring import keyring
    from chopmark.strongroom.models import Officer
    from chopmark.strongroom.purposes import AUTHORITY
    from chopmark.strongroom.roles import OfficerRole
    from chopmark.strongroom.services import granting

    for number in OFFICERS:
        Officer.objects.create(number=number, name=number, role=OfficerRole.OWNER, registered_at=now)
    one, two = map(Actor.officer, OFFICERS)
    scope = granting.Scope(
        purpose=PURPOSE,
        fields=frozenset({"name", "email"}),
        caller=AUTHORITY,
        records=count,
        expires_at=now + timedelta(days=1),
    )
    grant = granting.write_grant(scope=scope, keys=keyring(), actor=one, now=now)
    for actor in (one, two):
        granting.sign_grant(grant_id=grant, actor=actor, now=now)
    return str(grant)


def raw(home: Path, in_a_transaction: int) -> float:
    """Records in a second that could be opened at the most: two decryptions each, and one row of a log on the disk."""
    sealed = [_sealed() for _ in range(RAW)]
    began = time.perf_counter()
    for wrapping, wrapped, text in sealed:
        AESGCM(wrapping.decrypt(wrapped[:12], wrapped[12:], None)).decrypt(text[:12], text[12:], None)
    _write_rows(RAW, in_a_transaction)
    return RAW / (time.perf_counter() - began)


def _sealed() -> tuple[AESGCM, bytes, bytes]:
    wrapping, key, nonce = secrets.token_bytes(32), secrets.token_bytes(32), secrets.token_bytes(12)
    text = json.dumps(_person(), ensure_ascii=False).encode()
    return (
        AESGCM(wrapping),
        nonce + AESGCM(wrapping).encrypt(nonce, key, None),
        nonce + AESGCM(key).encrypt(nonce, text, None),
    )


def _write_rows(count: int, in_a_transaction: int) -> None:
    from django.db import connection, transaction

    from chopmark.strongroom.copying import copy_rows

    with connection.cursor() as cursor:
        cursor.execute("create table bench_leaf (like strongroom_leaf including all)")
        for first in range(0, count, in_a_transaction):
            last = min(first + in_a_transaction, count)
            with transaction.atomic():
                copy_rows(
                    "bench_leaf",
                    ["id", "entry", "leaf_hash", "position"],
                    ((number, _ENTRY, _HASH, number) for number in range(first, last)),
                )
        cursor.execute("drop table bench_leaf")


def count(home: Path, wanted: int) -> int:
    """How many openings stand in subjects' histories, each with its leaf in the log."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from strongroom_opening opening join strongroom_leaf leaf on leaf.id = opening.leaf_id"
            " where opening.refused = ''"
        )
        return int(cursor.fetchone()[0])


def _main(home: str, part: str, argument: str) -> None:
    import django

    django.setup()
    click.echo(json.dumps({"count": count, "fill": fill, "raw": raw}[part](Path(home), int(argument))))


if __name__ == "__main__":
    _main(*sys.argv[1:])
