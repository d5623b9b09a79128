"""Every table of every app has a row in the grants, and no row is of a table that is not there."""

from django.db import connection

from chopmark.config.database import tables_of, tables_without_a_row
from chopmark.config.grants import GRANTS, PLAN
from chopmark.config.roles import AUDITOR, RESPONDER, SIGNER, WEB, WORKER

WRITING = {"INSERT", "UPDATE", "DELETE"}


def tables() -> set[str]:
    connection.ensure_connection()
    return tables_of(connection.connection)


def test_it_works(db):
    assert tables_without_a_row(PLAN, tables()) == set(), (
        "tables that chopmark/config/grants.py does not name"
    )


def test_no_row_is_of_a_table_that_is_not_there(db):
    assert set(GRANTS[AUDITOR]) - tables() == set()


def test_the_auditor_only_reads():
    assert all(verbs <= {"SELECT"} for verbs in GRANTS[AUDITOR].values())


def test_the_responder_writes_nothing_that_an_answer_is_made_of():
    written = {table for table, verbs in GRANTS[RESPONDER].items() if verbs & WRITING}
    assert written == {"audit_leaf", "audit_payload", "validation_delegaterequest"}


def test_only_the_signer_records_signatures():
    for table in ("issuance_certificate", "publication_crl", "transparency_checkpoint"):
        assert [role for role in GRANTS if GRANTS[role].get(table, frozenset()) & WRITING] == [SIGNER]


def test_a_wrapped_key_is_for_the_signer_alone():
    assert not any(GRANTS[role].get("keymaking_wrappedkey") for role in (WEB, WORKER, RESPONDER))


def test_what_is_granted_in_the_database_is_what_the_data_says(db):
    from chopmark.config.database import misgranted

    connection.ensure_connection()
    assert misgranted(connection.connection, PLAN, tables()) == []
