"""What the public pages show: frozen values, put together from the pack and from selectors."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.x509 import load_der_x509_certificate
from cryptography.x509.oid import NameOID
from django.conf import settings

from chopmark.authority.applications.selectors import by_reference, subscriber_class
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.pack import CertificateType
from chopmark.authority.catalogue.reading import current as pack
from chopmark.authority.delivery.selectors import is_accepted
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.participants.selectors import outlet_states
from chopmark.authority.publication import selectors as publication
from chopmark.authority.publication.lists import RevocationList, all_lists
from chopmark.authority.revocation.selectors import held_since, revocation_of
from chopmark.authority.transparency import witnesses
from chopmark.authority.web.portal.offers import may_be_applied_for
from chopmark.authority.web.words import REASON_GIVEN
from chopmark.look.statuses import STATUSES
from chopmark.pki.reasons import CRLReason
from chopmark.pki.refusals import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRow:
    """A type of certificate with what it costs today; no price where it is not sold."""

    name: str
    eligibility: str
    href: str
    first: int | None
    renewal: int | None
    reliance_limit: int


def fees(now: datetime) -> list[FeeRow]:
    return [_fee_row(kind, now) for kind in catalogue.types_offered(now)]


def _fee_row(kind: CertificateType, now: datetime) -> FeeRow:
    return FeeRow(
        name=str(kind.names),
        eligibility=str(kind.eligibility),
        href=f"/apply/{kind.code}/" if may_be_applied_for(kind) else "",
        first=_cost(kind, now, renewal=False),
        renewal=_cost(kind, now, renewal=True),
        reliance_limit=max(one.reliance_limit_cents for one in kind.classes.values()),
    )


def _cost(kind: CertificateType, now: datetime, *, renewal: bool) -> int | None:
    try:
        lines = catalogue.fee_lines(kind, on=now, key_source="own", renewal=renewal)
    except Refusal:  # the tariff of this day has no price for it
        return None
    return sum(line.amount_minor for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class CentreRow:
    name: str
    district: str
    address: str
    today: str
    is_open: bool


def centres(now: datetime) -> list[CentreRow]:
    return [
        CentreRow(
            name=str(state.outlet.names),
            district=str(state.outlet.district),
            address=str(state.outlet.address),
            today=", ".join(state.hours),
            is_open=state.closed_because is None,
        )
        for state in outlet_states(now)
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListLink:
    name: str
    href: str
    this_update: datetime
    next_update: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityRow:
    """An authority of ours with its certificate and the lists that the world reads now."""

    name: str
    is_root: bool
    key_algorithm: str
    not_before: datetime
    not_after: datetime
    certificate_href: str
    fingerprint: bytes
    lists: tuple[ListLink, ...]

    @property
    def partitions(self) -> tuple[ListLink, ...]:
        """All lists but the full one."""
        return self.lists[1:]

    @property
    def next_update(self) -> datetime | None:
        return min((one.next_update for one in self.lists), default=None)


def authorities() -> list[AuthorityRow]:
    rows: dict[int, list[RevocationList]] = {}
    for one in all_lists():
        rows.setdefault(one.authority.id, []).append(one)
    return [_authority_row(lists) for lists in rows.values()]


def _authority_row(lists: list[RevocationList]) -> AuthorityRow:
    authority = lists[0].authority
    return AuthorityRow(
        name=common_name(authority.certificate_der),
        is_root=authority.is_root,
        key_algorithm=str(pack().hierarchy.keys[lists[0].issuer.key].algorithm),
        not_before=authority.not_before,
        not_after=authority.not_after,
        certificate_href=f"/ca/{authority.slug}.crt",
        fingerprint=hashlib.sha256(authority.certificate_der).digest(),
        lists=tuple(_links(lists)),
    )


def _links(lists: list[RevocationList]) -> Iterator[ListLink]:
    for one in lists:
        crl = publication.published(one.authority.id, one.shard)
        if crl is not None:
            yield ListLink(
                name=one.file_name,
                href=f"/crl/{one.file_name}",
                this_update=crl.this_update,
                next_update=crl.next_update,
            )


def common_name(certificate_der: bytes) -> str:
    """The CN of a certificate's subject, or its whole name where there is none."""
    subject = load_der_x509_certificate(certificate_der).subject
    found = subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(found[0].value) if found else subject.rfc4514_string()


@dataclass(frozen=True, slots=True, kw_only=True)
class ListsState:
    latest: datetime | None
    next_update: datetime | None


def lists_state(rows: list[AuthorityRow]) -> ListsState:
    """When the newest list was made, and by when the next one comes."""
    links = [link for row in rows if not row.is_root for link in row.lists]
    return ListsState(
        latest=max((link.this_update for link in links), default=None),
        next_update=min((link.next_update for link in links), default=None),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LogState:
    origin: str
    size: int
    text: str


def log_state() -> LogState | None:
    checkpoint = witnesses.newest_witnessed()
    if checkpoint is None:
        return None
    return LogState(
        origin=checkpoint.note.split("\n", 1)[0],
        size=checkpoint.size,
        text=witnesses.public_note(checkpoint).strip(),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What we say of a serial number at a moment."""

    state: str
    at: datetime
    serial_number: bytes
    heading: str
    known: bool = False
    type_name: str = ""
    issuer: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    reliance_limit: int = 0
    practice_statement: str = ""
    revoked_at: datetime | None = None
    held_since: datetime | None = None
    reason: str = ""
    leaf_id: int = 0
    ocsp_url: str = ""
    download: str = ""

    @property
    def word(self) -> str:
        return str(STATUSES[self.state].word)


def answers(serial_number: bytes, at: datetime) -> list[Answer]:
    """One answer for each certificate of that number; for none, that we do not know it."""
    found = [one for one in issuance.by_serial(serial_number) if one.recorded_at <= at]
    if not found:
        heading = str(STATUSES["unknown"].word)
        return [Answer(state="unknown", at=at, serial_number=serial_number, heading=heading)]
    return [_answer(one, at) for one in found]


def _answer(certificate: Any, at: datetime) -> Answer:
    serial_number = bytes(certificate.serial_number)
    revocation = revocation_of(certificate.issuer_id, serial_number)
    revoked = revocation if revocation is not None and revocation.revoked_at <= at else None
    since = held_since(certificate.issuer_id, serial_number, at=at)
    application = by_reference(certificate.application_reference)
    # Until its holder accepts it, a certificate is not in the repository, and nobody reads her name here (C56).
    is_public = is_accepted(certificate.issuer_id, serial_number)
    kind = catalogue.certificate_type(certificate.type_code, certificate.not_before)
    return Answer(
        state=_state(certificate, at, is_revoked=revoked is not None, is_held=since is not None),
        at=at,
        serial_number=serial_number,
        heading=application.subject_name if is_public else str(kind.names),
        known=True,
        type_name=str(kind.names) if is_public else "",
        issuer=_issuer_name(certificate.issuer_id),
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        reliance_limit=catalogue.reliance_limit(kind, subscriber_class(application)),
        practice_statement=_practice_statement(certificate),
        revoked_at=revoked.revoked_at if revoked else None,
        held_since=since,
        reason=str(REASON_GIVEN.get(CRLReason(revoked.reason), "")) if revoked else "",
        leaf_id=certificate.leaf_id,
        ocsp_url=settings.CHOPMARK_OCSP_URL,
        download=f"/repository/{serial_number.hex().upper()}.crt" if is_public else "",
    )


def _state(certificate: Any, at: datetime, *, is_revoked: bool, is_held: bool) -> str:
    if is_revoked:
        return "revoked"
    if not certificate.not_before <= at < certificate.not_after:
        return "expired"
    return "suspended" if is_held else "good"


def _issuer_name(issuer_id: int) -> str:
    return next(
        (common_name(one.authority.certificate_der) for one in all_lists() if one.authority.id == issuer_id),
        "",
    )


def _practice_statement(certificate: Any) -> str:
    try:
        return catalogue.policy_for(certificate.type_code, certificate.not_before).version
    except Refusal:  # imported from a time that the pack does not tell of
        return ""


def repository_file(serial_number: bytes) -> bytes | None:
    """The accepted certificate of a serial number, as the repository holds it (CPS 2.1)."""
    for one in issuance.by_serial(serial_number):
        if is_accepted(one.issuer_id, serial_number):
            return bytes(one.certificate_der)
    return None
