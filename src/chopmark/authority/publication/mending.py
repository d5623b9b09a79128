"""Published files that are missing or altered are written again: the rows are the truth, the files a copy.

Every worker does so for the files of its own machine, where another may have published.
"""

import hashlib
from dataclasses import dataclass

import structlog
from django.db.models import Max

from chopmark.authority.custody import selectors as custody
from chopmark.authority.custody.models import CaCertificate
from chopmark.authority.custody.selectors import IssuingAuthority
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.issuance.models import Certificate
from chopmark.authority.kernel.containing import each
from chopmark.authority.kernel.identifiers import CertificateId
from chopmark.authority.publication import files, publishing, selectors
from chopmark.authority.publication.lists import RevocationList, all_lists
from chopmark.authority.publication.models import CertificatePublication
from chopmark.authority.publication.repository import is_published, repository_name

log = structlog.get_logger("publication")
BATCH = 200  # certificates of subscribers that one round looks at, of the new ones and of all


@dataclass(slots=True)
class Place:
    """How far a worker has looked at its machine's certificates, by id: round and round through all, and behind what is new."""

    walked: int = 0
    heard: int | None = None
    is_behind: bool = False  # more that is new may wait


def mend_published(place: Place) -> int:
    """Hold what is public against its rows, lists and authority certificates first; answers how many files were written again."""
    mended = [
        *each(all_lists(), _mend_list),
        *each(custody.authorities(), _mend_authority),
        *each(_stretch(place), _mend_certificate),
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


def _stretch(place: Place) -> list[Certificate]:
    """What became public since the last round, and the next few of all: one that committed late has its turn among these."""
    published = CertificatePublication.objects.order_by("id").values_list("id", "issuer_id", "serial_number")
    if place.heard is None:
        place.heard = CertificatePublication.objects.aggregate(last=Max("id"))["last"] or 0
    new, old = (list(published.filter(id__gt=after)[:BATCH]) for after in (place.heard, place.walked))
    place.heard, place.is_behind = new[-1][0] if new else place.heard, len(new) == BATCH
    place.walked = old[-1][0] if len(old) == BATCH else 0
    # Of an authority's own there is none: those were looked at before.
    return issuance.recorded_among(
        {CertificateId(issuer_id, bytes(serial)) for _, issuer_id, serial in {*new, *old}}
    )


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
