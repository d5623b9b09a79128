"""What is asked at the end, by other roads than the processes took."""

from collections.abc import Callable, Iterator
from datetime import datetime

from cryptography import x509
from layout import Running

from chopmark.config.audit.fault import Fault
from outcome import patiently


def issuer_of_the_campaign() -> x509.Certificate:
    from chopmark.authority.custody.selectors import authority_by_slug
    from chopmark.config.audit.story import authorities

    return authorities()[authority_by_slug("identity-1").id]


def audited(worker: Running, responder: Running) -> list[str]:
    """All that `chopmark audit --settled` finds, with the files of that worker and the answers of that responder."""
    from chopmark.config.audit.command import faults

    return _found(worker, responder, lambda **told: faults(settled=True, **told))


def differing(worker: Running, responder: Running) -> list[str]:
    """What only that worker's files and that responder's answers have wrong, beside rows that were audited."""
    from chopmark.config.audit.authority import LOG
    from chopmark.config.audit.log import check_public_log
    from chopmark.config.audit.published import check_published, check_repository
    from chopmark.config.audit.story import check_ocsp

    public, log = worker.home.path / "public", worker.home.path / "log"

    def look(*, now: datetime, ocsp_address: str) -> Iterator[Fault]:
        yield from check_public_log(LOG, log, now)
        yield from check_published(public / "crl")
        yield from check_repository(public)
        yield from check_ocsp(ocsp_address)

    return _found(worker, responder, look)


def has_copies(worker: Running) -> bool:
    """Whether its machine has every list and certificate that any worker published."""
    from chopmark.config.audit.published import check_published, check_repository

    public = worker.home.path / "public"
    return not patiently(lambda: [*check_published(public / "crl"), *check_repository(public)])


def _found(worker: Running, responder: Running, look: Callable[..., Iterator[Fault]]) -> list[str]:
    from django.test import override_settings

    from chopmark.authority.kernel import clock

    files = {"CHOPMARK_PUBLIC_DIR": worker.home.path / "public", "CHOPMARK_LOG_DIR": worker.home.path / "log"}
    with override_settings(**files), responder.host.inside():
        return patiently(
            lambda: [str(fault) for fault in look(now=clock.now(), ocsp_address=responder.address)]
        )
