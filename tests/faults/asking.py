"""The oracle of a running home, in a process of its own with the auditor's grants: a line in, one JSON object out."""

import json
import sys

import django

django.setup()

from django.conf import settings
from django.db import connection

from chopmark.authority.kernel import clock
from chopmark.authority.transparency.keys import own_key
from chopmark.config.audit.command import faults
from chopmark.config.audit.fault import rows
from chopmark.verifier.log import verify_log
from chopmark.verifier.sources import source_of

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


def answer() -> dict[str, object]:
    waiting = {what: count for what, sql in WAITING.items() for (count,) in rows(sql) if count}
    found = [str(fault) for fault in faults(now=clock.now(), settled=True, ocsp_address=settings.CHOPMARK_OCSP_URL)]
    found += [f"serial number {serial} was intended {count} times" for serial, count in rows(TWICE)]
    found += [f"{reference} led to {count} certificates" for reference, count in rows(NOT_ONE)]
    verify_log(source_of(str(settings.CHOPMARK_LOG_DIR)), own_key())
    return {"waiting": waiting, "faults": found}


for _ in sys.stdin:
    try:
        said = answer()
    except Exception as error:  # noqa: BLE001  # while processes come back it may fail anywhere: the asker asks again
        connection.close()
        said = {"waiting": {}, "faults": [f"could not ask: {type(error).__name__}: {error}"]}
    print(json.dumps(said), flush=True)
