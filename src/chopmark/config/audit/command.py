"""`chopmark audit`: every check, one sentence a fault, exit 1 if there is one."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from chopmark.config.audit.authority import LOG, PROMISING
from chopmark.config.audit.behind import check_behind
from chopmark.config.audit.books import check_books
from chopmark.config.audit.chunks import check_campaigns, check_chunks, check_revoked_chunks
from chopmark.config.audit.cohorts import check_cohorts
from chopmark.config.audit.decisions import check_decisions
from chopmark.config.audit.fault import Fault
from chopmark.config.audit.key_uses import check_certificates, check_claims, check_tickets
from chopmark.config.audit.log import (
    check_heads,
    check_leaves,
    check_payloads,
    check_positions,
    check_public_log,
)
from chopmark.config.audit.looking import whole
from chopmark.config.audit.pool import check_batches, check_copies, check_draws, check_sealing
from chopmark.config.audit.promises import check_promises
from chopmark.config.audit.published import check_published, check_repository
from chopmark.config.audit.separation import check_separation
from chopmark.config.audit.story import check_crls, check_ocsp
from chopmark.config.audit.witnessed import check_witnesses


def faults(*, now: datetime, settled: bool, ocsp_address: str | None) -> Iterator[Fault]:
    """All that is not as it must be. `settled`: nothing is on its way; without an address the responder is not asked."""
    public = settings.CHOPMARK_PUBLIC_DIR
    yield from whole("separation", check_separation())
    yield from whole("leaves", check_leaves(LOG))
    yield from whole("payloads", check_payloads(LOG))
    yield from whole("positions", check_positions(LOG))
    yield from whole("heads", check_heads(LOG))
    yield from whole("public log", check_public_log(LOG, settings.CHOPMARK_LOG_DIR, now))
    yield from whole("promises", check_promises(PROMISING))
    yield from whole("witnesses", check_witnesses(now=now))
    yield from whole("books", check_books())
    yield from whole("decisions", check_decisions())
    yield from whole("claims", check_claims(settled=settled))
    yield from whole("certificates", check_certificates())
    yield from whole("campaigns", check_campaigns())
    yield from whole("chunks", check_chunks(settled=settled))
    yield from whole("revoked chunks", check_revoked_chunks())
    yield from whole("cohorts", check_cohorts())
    yield from whole("revocations", check_behind())
    yield from whole("pool", check_batches(settled=settled))
    yield from whole("drawn keys", check_draws())
    yield from whole("copies of keys", check_copies(settled=settled))
    yield from whole("sealed keys", check_sealing(settled=settled))
    if settled:
        yield from whole("tickets", check_tickets())
    yield from whole("published lists", check_published(public / "crl"))
    yield from whole("published certificates", check_repository(public))
    yield from whole("lists", check_crls(public / "crl", now))
    if ocsp_address:
        yield from whole("answers", check_ocsp(ocsp_address))
