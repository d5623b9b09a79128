"""Published files that are missing or altered are written again: the rows are the truth, the files a copy.

Every worker does so for the files of its own machine, where another may have published.
"""

import hashlib
from datetime import datetime

import structlog

from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.models import CaCertificate
from chopmark.authority.custody.selectors import IssuingAuthority
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.kernel.containing import each
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.publication import files, publishing, selectors
from chopmark.authority.publication.lists import RevocationList, all_lists
from chopmark.authority.publication.models import CertificatePublication
from chopmark.authority.publication.repository import is_published, repository_name

log = structlog.get_logger("publication")
# How many certificates of subscribers one round looks at; the clock says which, so that every one has its turn. And how many
# of the newest, which another worker may have published a moment ago.
BATCH, NEWEST = 200, 50
TICK_SECONDS = 5


def mend_published(*, actor: Actor, now: datetime) -> int:
    """Hold what is public against its rows, lists and authority certificates first; answers how many files were written again."""
    mended = [
        *each(all_lists(), _mend_list),
        *each(custody.authorities(), _mend_authority),
        *each(_stretch(now), _mend_certificate),
    ]
    return sum(mended)


def _mend_list(wanted: RevocationList) -> bool:
    # Looked at before the lock: a slow disk of this machine keeps no other from publishing.
    newest = selectors.published(wanted.authority.id, wanted.shard)
    if newest is None or files.sha256_of(f"crl/{wanted.file_name}") == bytes(newest.sha256):
        return False
    with publishing.held(wanted.authority.id, wanted.shard):
        crl = selectors.published(wanted.authority.id, wanted.shard)
        if crl is None or files.sha256_of(f"crl/{wanted.file_name}") == bytes(crl.sha256):
            return False
        number = files.number_of(wanted)
        if number > crl.number:
            # The database was restored from before that list; the next one is numbered above it, and replaces it.
            log.error("published_list_unknown", file=wanted.file_name, newest=crl.number)
            return False
        # An older one of ours: another worker published this one, on its own machine.
        return _mend(f"crl/{wanted.file_name}", selectors.octets_of(crl), is_late=0 < number < crl.number)


def _mend_authority(authority: IssuingAuthority) -> bool:
    rows = CaCertificate.objects.filter(subject_id=authority.id).order_by("-id")
    public = next((row for row in rows if is_published(row.issuer_id, bytes(row.serial_number))), None)
    if public is None:
        return False
    return _mend(f"ca/{authority.slug}.crt", bytes(public.certificate_der))


def _stretch(now: datetime) -> list[Certificate]:
    """The newest that are public, and the next few by the clock: round and round through all of them."""
    published = CertificatePublication.objects.order_by("-id").values_list("id", "issuer_id", "serial_number")
    newest = list(published[:NEWEST])
    last = newest[0][0] if newest else 0
    start = int(now.timestamp()) // TICK_SECONDS % (last // BATCH + 1) * BATCH
    some = {*newest, *published.filter(id__gte=start, id__lt=start + BATCH)}
    # Of an authority's own there is none: those were looked at before.
    return issuance.recorded_among({CertificateId(issuer_id, bytes(serial)) for _, issuer_id, serial in some})


def _mend_certificate(certificate: Certificate) -> bool:
    return _mend(repository_name(bytes(certificate.serial_number)), bytes(certificate.certificate_der))


def _mend(name: str, content: bytes, *, is_late: bool = False) -> bool:
    found = files.sha256_of(name)
    if found == hashlib.sha256(content).digest():
        return False
    if is_late or found is None:
        log.info("published_file_written", file=name)
    else:
        log.warning("published_file_written_again", file=name)
    files.put(name, content)
    return True
