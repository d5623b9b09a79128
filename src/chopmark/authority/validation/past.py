"""What the world could know of a certificate at a moment that has passed: validity, the public list, recognition.

A court asks it years later (ETO s. 42): the answer rests on lists that are kept for ever, not on what is known today.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cryptography import x509

from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.reading import current
from chopmark.authority.custody.printing import DELTA, FULL
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.publication import selectors as publication
from chopmark.authority.publication.selectors import PublicList
from chopmark.authority.revocation.selectors import revocation_of


class Standing(StrEnum):
    """What a relying party found who did everything that she should."""

    EXPIRED = "expired"
    NOT_RECORDED = "not_recorded"
    NOT_YET_VALID = "not_yet_valid"
    REVOKED = "revoked"
    VALID = "valid"


@dataclass(frozen=True, slots=True, kw_only=True)
class PastStatus:
    """The standing at a moment, and what it rests on.

    `listed_since` is the list's own word. `revoked_at` is what is known today: before the moment, and not listed, the revocation
    was made and not yet public. `is_recognised`: the type was recognised on that day (ETO s. 22).
    """

    at: datetime
    standing: Standing
    shown_by: PublicList | None
    listed_since: datetime | None
    revoked_at: datetime | None
    is_recognised: bool


def past_status(issuer_id: int, serial_number: bytes, *, at: datetime) -> PastStatus:
    """`CertificateUnknown` if it was never recorded; before its recording it was not there for anybody."""
    certificate = issuance.certificate(issuer_id, serial_number)
    shown_by, listed_since = _shown(issuer_id, serial_number, at)
    revocation = revocation_of(issuer_id, serial_number)
    if at < certificate.recorded_at:
        standing = Standing.NOT_RECORDED
    elif listed_since is not None:
        standing = Standing.REVOKED
    elif at < certificate.not_before:
        standing = Standing.NOT_YET_VALID
    elif at > certificate.not_after:
        standing = Standing.EXPIRED
    else:
        standing = Standing.VALID
    return PastStatus(
        at=at,
        standing=standing,
        shown_by=shown_by,
        listed_since=listed_since,
        revoked_at=None if revocation is None else revocation.revoked_at,
        is_recognised=_is_recognised(certificate.type_code, at),
    )


def _shown(issuer_id: int, serial_number: bytes, at: datetime) -> tuple[PublicList | None, datetime | None]:
    """The public list that says it, and since when it was listed: the delta where it has something to say, or the full list."""
    full, delta = (publication.public_at(issuer_id, shard, at) for shard in (FULL, DELTA))
    if full is not None and delta is not None and delta.number > full.number:
        entry = _entry(delta, serial_number)
        if entry is not None:
            return delta, None if _is_removal(entry) else entry.revocation_date_utc
    entry = None if full is None else _entry(full, serial_number)
    return full, None if entry is None else entry.revocation_date_utc


def _entry(shown_by: PublicList, serial_number: bytes) -> x509.RevokedCertificate | None:
    crl = x509.load_der_x509_crl(shown_by.crl_der)
    return crl.get_revoked_certificate_by_serial_number(int.from_bytes(serial_number, "big"))


def _is_removal(entry: x509.RevokedCertificate) -> bool:
    said = [one.value.reason for one in entry.extensions if isinstance(one.value, x509.CRLReason)]
    return x509.ReasonFlags.remove_from_crl in said


def _is_recognised(type_code: str, at: datetime) -> bool:
    kind = catalogue.certificate_type(type_code, at)
    return catalogue.in_force(kind.recognition, current().authority.day_of(at)) is not None
