"""Rows that leaves speak of: whatever was added for good is in the table as it was, and nothing is there unsaid.

A leaf commits to a digest of every row that its act added (`authority/audit/rows.py`). Whoever edits, drops, copies or
back-dates a row, also with every trigger off, disagrees with the log.
"""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import connection

from chopmark.authority.audit.rows import promised
from chopmark.config.audit.fault import Fault, rows

TABLES = (
    "custody_cacertificate",
    "delivery_answer",
    "delivery_offer",
    "issuance_certificate",
    "issuance_intendedcertificate",
    "issuance_spentclaim",
    "ledger_entry",
    "ledger_invoice",
    "ledger_invoiceline",
    "ledger_leg",
    "ledger_payment",
    "publication_certificatepublication",
    "publication_crl",
    "publication_crlpublication",
    "revocation_revocation",
    "verification_decision",
    "verification_evidence",
)
PROMISES = """
    select payload.leaf_id, promise.value from audit_payload payload,
           jsonb_array_elements_text(payload.payload -> 'rows') promise where payload.payload ? 'rows'
"""
_JSONB = 3802


def check_promises() -> Iterator[Fault]:
    """Each row is promised by a leaf, as often as it is there; each promise is kept by a row."""
    leaves: dict[str, int] = {}
    unkept: Counter[str] = Counter()
    for leaf_id, promise in rows(PROMISES):
        leaves.setdefault(promise, leaf_id)
        unkept[promise] += 1
    kept: Counter[str] = Counter()
    for table in TABLES:
        for row_id, promise in _promises_of(table):
            kept[promise] += 1
            if kept[promise] > unkept[promise]:
                yield Fault("row", f"{table} {row_id}", "no leaf of the log speaks of it as it is")
    for promise in unkept:
        if promise not in kept:
            table = promise.partition(":")[0]
            yield Fault("leaf", str(leaves[promise]), f"the row of {table} that it speaks of is not there")


def _promises_of(table: str) -> Iterator[tuple[Any, str]]:
    with connection.cursor() as cursor:
        cursor.execute(f"select * from {table} order by id")  # noqa: S608  one of ours, above
        columns = [(column.name, column.type_code) for column in cursor.description]
        for found in cursor:
            values = {
                name: json.loads(value) if kind == _JSONB and value is not None else value
                for (name, kind), value in zip(columns, found, strict=True)
            }
            yield values["id"], promised(table, values)
