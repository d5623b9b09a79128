"""What the pages of holds show: certificates that are on hold, or may be, and what was asked about them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.types import RevocationRule
from chopmark.authority.catalogue.words import Asker
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.revocation.asking import Means
from chopmark.authority.revocation.errors import SerialUnknown
from chopmark.authority.revocation.policy import may_have_held
from chopmark.authority.revocation.selectors import Fact, facts_of, held_since, revocation_of
from chopmark.authority.web.counter.shown import outlet_name
from chopmark.authority.web.problems import problem_of
from chopmark.authority.web.words import ASKERS, HOLD_ACTS, MEANS, REASON_GIVEN
from chopmark.pki.reasons import CRLReason

# After so long a hold that nobody confirmed or withdrew is worth a call to her who asked.
LONG = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One thing that was done, as the timeline says it."""

    act: Promise
    at: datetime
    by: str
    said: str
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A certificate at the counter: what is printed in it anyway, how it stands, what was done."""

    issuer_id: int
    serial_number: bytes
    state: str
    type_name: str
    subject_name: str
    reference: str
    not_before: datetime
    not_after: datetime
    since: datetime | None
    rules: Mapping[Asker, RevocationRule]
    told: tuple[Told, ...]

    @property
    def href(self) -> str:
        return f"/counter/holds/{self.issuer_id}/{self.serial_number.hex().upper()}/"

    @property
    def is_offered(self) -> bool:
        """Whether a certificate of this type is put on hold at all."""
        return bool(may_have_held(self.rules))


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldLine:
    """One hold of the list: a number and a type, never a name."""

    href: str
    serial_number: bytes
    type_name: str
    since: datetime
    asked: str
    is_long: bool


def certificate_shown(issuer_id: int, serial_hex: str, now: datetime) -> Held:
    try:
        serial_number = bytes.fromhex(serial_hex)
    except ValueError:
        raise SerialUnknown from None
    found = issuance.recorded(issuer_id, serial_number)
    if found is None:
        raise SerialUnknown
    return _shown(found, now)


def by_serial(serial_number: bytes, now: datetime) -> list[Held]:
    return [_shown(one, now) for one in issuance.by_serial(serial_number)]


def nothing_found() -> str:
    return problem_of(SerialUnknown()).sentence


def hold_line(suspension: Any, now: datetime) -> HoldLine:
    serial_number = bytes(suspension.serial_number)
    certificate = issuance.recorded(suspension.issuer_id, serial_number)
    facts = facts_of(suspension.issuer_id, serial_number)
    begun = next(fact for fact in facts if fact.act == "suspend" and fact.at == suspension.suspended_at)
    kind = catalogue.certificate_type(certificate.type_code, certificate.not_before) if certificate else None
    return HoldLine(
        # After a restore a hold may be back whose certificate is not: there is no page of it.
        href=f"/counter/holds/{suspension.issuer_id}/{serial_number.hex().upper()}/" if certificate else "",
        serial_number=serial_number,
        type_name=str(kind.names) if kind else "–",
        since=suspension.suspended_at,
        asked=_told(begun).said,
        is_long=now - suspension.suspended_at > LONG,
    )


def _shown(certificate: Any, now: datetime) -> Held:
    issuer_id, serial_number = certificate.issuer_id, bytes(certificate.serial_number)
    kind = catalogue.certificate_type(certificate.type_code, certificate.not_before)
    since = held_since(issuer_id, serial_number, at=now)
    return Held(
        issuer_id=issuer_id,
        serial_number=serial_number,
        state=_state(certificate, since, now),
        type_name=str(kind.names),
        subject_name=by_reference(certificate.application_reference).subject_name,
        reference=certificate.application_reference,
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        since=since,
        rules=kind.revocation,
        told=tuple(_told(fact) for fact in facts_of(issuer_id, serial_number)),
    )


def _state(certificate: Any, since: datetime | None, now: datetime) -> str:
    if revocation_of(certificate.issuer_id, bytes(certificate.serial_number)) is not None:
        return "revoked"
    if since is not None:
        return "suspended"
    return "good" if now < certificate.not_after else "expired"


def _told(fact: Fact) -> Told:
    request = fact.request
    if request is None:
        by = _("No request at a counter")
        return Told(act=HOLD_ACTS[fact.act], at=fact.at, by=by, said=by, document="")
    officer, place = _("Officer %(number)s") % {"number": request.officer}, outlet_name(request.outlet)
    said = [ASKERS[Asker(request.asked_by)], MEANS[Means(request.means)]]
    if request.reason is not None:
        said.append(REASON_GIVEN[CRLReason(request.reason)])
    return Told(
        act=HOLD_ACTS[fact.act],
        at=fact.at,
        by=f"{officer}, {place}" if place else officer,
        said=" · ".join(map(str, said)),
        document=request.document,
    )
