"""The oracle of a running home, in a process of its own with the auditor's grants: a line in, one JSON object out."""

import json
import sys
from collections.abc import Callable, Iterator
from typing import Any

import django

Rows = Callable[[str], Iterator[Any]]
# What is still on its way: each of these becomes 0 by itself.
WAITING = {
    "hand-overs": "select count(*) from kernel_handover where handled_at is null",
    "leaves": """
        select count(*) from audit_leaf leaf
        where not exists (select from transparency_position placed where placed.leaf_id = leaf.id)
    """,
    "checkpoints": """
        select coalesce(max(position) + 1, 0) - coalesce((select max(size) from transparency_checkpoint), 0)
        from transparency_position
    """,
    "lists": """
        select count(*) from revocation_revocation revoked where exists (
            select from publication_crlintent intent where intent.issuer_id = revoked.issuer_id
        ) and revoked.revoked_at > (
            select max(signed.this_update) from publication_crl signed join publication_crlpublication
            using (issuer_id, shard, number) where signed.issuer_id = revoked.issuer_id
        )
    """,
}
# What must never be.
TWICE = """
    select encode(serial_number, 'hex'), count(*) from issuance_intendedcertificate
    group by serial_number having count(*) > 1
"""
NOT_ONE = """
    select application.reference, count(certificate.id) from applications_application application
    left join issuance_certificate certificate on certificate.application_reference = application.reference
    where application.state in ('approved', 'issued') group by 1 having count(certificate.id) <> 1
"""


def main() -> None:
    django.setup()
    from django.db import connection

    from chopmark.config.audit.fault import rows

    for _ in sys.stdin:
        try:
            said = {"waiting": waiting(rows), "faults": [*audited(), *told(rows)]}
        except Exception as error:  # noqa: BLE001  # while processes come back it may fail anywhere: the asker asks again
            connection.close()
            said = {"waiting": {}, "faults": [f"could not ask: {type(error).__name__}: {error}"]}
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def waiting(rows: Rows) -> dict[str, int]:
    return {what: count for what, sql in WAITING.items() for (count,) in rows(sql) if count}


def audited() -> list[str]:
    """What `chopmark audit --settled` says, and then the independent reader of the log, who raises what she finds."""
    from django.conf import settings

    from chopmark.authority.kernel import clock
    from chopmark.authority.transparency.keys import own_key
    from chopmark.config.audit.command import faults
    from chopmark.verifier.log import verify_log
    from chopmark.verifier.sources import source_of

    found = faults(now=clock.now(), settled=True, ocsp_address=settings.CHOPMARK_OCSP_URL)
    said = [str(fault) for fault in found]
    verify_log(source_of(str(settings.CHOPMARK_LOG_DIR)), own_key())
    return said


def told(rows: Rows) -> Iterator[str]:
    for serial, count in rows(TWICE):
        yield f"serial number {serial} was intended {count} times"
    for reference, count in rows(NOT_ONE):
        yield f"{reference} led to {count} certificates"


if __name__ == "__main__":
    main()
