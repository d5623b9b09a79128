"""Tables whose rows are added and read: whoever asks, the database refuses the rest."""

import pytest
from django.db import DatabaseError, connection, transaction

from chopmark.authority.audit.models import Leaf
from chopmark.config.grants import GRANTS

# What the oracle, the supervisor and a court lean on.
STAY = {
    *("audit_leaf", "transparency_position", "transparency_checkpoint"),
    *("verification_evidence", "verification_decision", "verification_sightingticket"),
    *("issuance_intendedcertificate", "issuance_claim", "issuance_certificate", "issuance_spentclaim"),
    *("issuance_refusedintent", "issuance_blocked", "delivery_offer", "delivery_answer"),
    *("revocation_revocation", "publication_crl", "publication_crlclaim", "publication_crlintent"),
    *("revocation_suspension", "revocation_release"),
    *("ledger_entry", "ledger_leg", "ledger_invoice", "ledger_payment"),
    *("keymaking_envelopehandover", "keymaking_keyclaim", "keymaking_madekey", "keymaking_purge"),
    *("custody_keyrecord", "custody_cacertificate"),
}


def sql(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_it_works(db):
    leaf = Leaf.objects.create(entry=b"", leaf_hash=b"")
    for statement in ("update audit_leaf set entry = 'x'", "delete from audit_leaf", "truncate audit_leaf"):
        with pytest.raises(DatabaseError, match="append-only"):
            sql(statement)
    assert Leaf.objects.get() == leaf


@pytest.mark.parametrize("table", sorted(STAY))
def test_not_even_the_owner_empties_it(db, table):
    with connection.cursor() as cursor:
        cursor.execute("select current_user, tableowner from pg_tables where tablename = %s", [table])
        assert cursor.fetchone() == ("chopmark_owner", "chopmark_owner")
    with pytest.raises(DatabaseError, match=r"append-only|foreign key"):
        sql(f"truncate {table}")


def test_rows_are_guarded_one_by_one_and_whole(db):
    """A trigger for each of UPDATE, DELETE and TRUNCATE, and enabled."""
    with connection.cursor() as cursor:
        cursor.execute("""
            select tgrelid::regclass::text, sum(tgtype::int & 56), bool_and(tgenabled in ('O', 'A'))
            from pg_trigger join pg_proc on pg_proc.oid = tgfoid
            where proname = 'chopmark_append_only' group by 1
        """)
        guarded = {table: (verbs, on) for table, verbs, on in cursor.fetchall()}

    update, delete, truncate = 16, 8, 32
    assert set(guarded.values()) == {(update + delete + truncate, True)}
    assert set(guarded) >= STAY


@pytest.mark.parametrize("role", GRANTS)
def test_no_process_is_granted_what_the_table_refuses(role):
    for table in STAY:
        assert GRANTS[role].get(table, frozenset()) <= {"SELECT", "INSERT"}, table
