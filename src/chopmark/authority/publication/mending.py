"""Published files that are missing or altered are written again: the rows are the truth, the files a copy."""

import hashlib
from datetime import datetime

import structlog

from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.models import CaCertificate
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.containing import each
from chopmark.authority.publication import files, publishing, selectors
from chopmark.authority.publication.lists import RevocationList, all_lists
from chopmark.authority.publication.models import CertificatePublication

log = structlog.get_logger("publication")
# How many certificates of subscribers one tick looks at; the clock says which, so that every one has its turn.
BATCH = 200
TICK_SECONDS = 5


def mend_published(*, actor: Actor, now: datetime) -> int:
    """Hold what is public against its rows, lists and authority certificates first; answers how many files were written again."""
    mended = [
        *each(all_lists(), _mend_list),
        *each(custody.authorities(), lambda authority: _mend_authority(authority.id)),
        *each(_stretch(now), _mend_certificate),
    ]
    return sum(mended)


def _mend_list(wanted: RevocationList) -> bool:
    with publishing.held(wanted.authority.id, wanted.shard):
        crl = selectors.published(wanted.authority.id, wanted.shard)
        if crl is None or files.sha256_of(f"crl/{wanted.file_name}") == bytes(crl.sha256):
            return False
        if files.number_of(wanted) > crl.number:
            # The database was restored from before that list; the next one is numbered above it, and replaces it.
            log.error("published_list_unknown", file=wanted.file_name, newest=crl.number)
            return False
        return _mend(f"crl/{wanted.file_name}", selectors.octets_of(crl))


def _mend_authority(issuer_id: int) -> bool:
    rows = CaCertificate.objects.filter(subject_id=issuer_id).order_by("-id")
    public = next((row for row in rows if _is_published(row.issuer_id, bytes(row.serial_number))), None)
    if public is None:
        return False
    return _mend(f"ca/{custody.authority(issuer_id).slug}.crt", bytes(public.certificate_der))


def _is_published(issuer_id: int, serial_number: bytes) -> bool:
    return CertificatePublication.objects.filter(issuer_id=issuer_id, serial_number=serial_number).exists()


def _stretch(now: datetime) -> list[CertificatePublication]:
    """The next few rows, by the clock: round and round through all of them."""
    last = CertificatePublication.objects.order_by("-id").values_list("id", flat=True).first() or 0
    start = int(now.timestamp()) // TICK_SECONDS % (last // BATCH + 1) * BATCH
    return list(CertificatePublication.objects.filter(id__gte=start, id__lt=start + BATCH).order_by("id"))


def _mend_certificate(row: CertificatePublication) -> bool:
    certificate = issuance.recorded(row.issuer_id, bytes(row.serial_number))
    if certificate is None:  # an authority's own
        return False
    name = publishing.repository_name(bytes(row.serial_number))
    return _mend(name, bytes(certificate.certificate_der))


def _mend(name: str, content: bytes) -> bool:
    if files.sha256_of(name) == hashlib.sha256(content).digest():
        return False
    log.warning("published_file_written_again", file=name)
    files.put(name, content)
    return True
