"""`chopmark audit`: every check, one sentence a fault, exit 1 if there is one."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings

from chopmark.config.audit.books import check_books
from chopmark.config.audit.decisions import check_decisions
from chopmark.config.audit.fault import Fault
from chopmark.config.audit.key_uses import check_certificates, check_claims, check_tickets
from chopmark.config.audit.log import check_leaves, check_payloads, check_positions, check_public_log
from chopmark.config.audit.promises import check_promises
from chopmark.config.audit.published import check_published
from chopmark.config.audit.separation import check_separation
from chopmark.config.audit.story import check_crls, check_ocsp
from chopmark.config.audit.witnessed import check_witnesses


def faults(*, now: datetime, settled: bool, ocsp_address: str | None) -> Iterator[Fault]:
    """All that is not as it must be. `settled`: nothing is on its way; without an address the responder is not asked."""
    yield from check_separation()
    yield from check_leaves()
    yield from check_payloads()
    yield from check_positions()
    yield from check_public_log(settings.CHOPMARK_LOG_DIR, now)
    yield from check_promises()
    yield from check_witnesses(now=now)
    yield from check_books()
    yield from check_decisions()
    yield from check_claims(settled=settled)
    yield from check_certificates()
    if settled:
        yield from check_tickets()
    yield from check_published(settings.CHOPMARK_PUBLIC_DIR / "crl")
    yield from check_crls(settings.CHOPMARK_PUBLIC_DIR / "crl", now)
    if ocsp_address:
        yield from check_ocsp(ocsp_address)
