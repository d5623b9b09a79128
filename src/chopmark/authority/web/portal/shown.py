"""What the portal's pages show: frozen values, put together from selectors."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.utils.translation import gettext as _

from chopmark.authority.applications.states import ApplicationState
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.delivery.selectors import delivery_of
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.keymaking import selectors as keymaking
from chopmark.authority.ledger import selectors as ledger
from chopmark.authority.participants.selectors import outlet_states
from chopmark.authority.revocation.selectors import held_since, revocation_of
from chopmark.authority.verification.selectors import case_file
from chopmark.authority.web.counter.forms import REFUSALS
from chopmark.authority.web.subscribed import Subscribed, subscribed
from chopmark.look.language import current as language

STEPS: Final = ("type", "key", "details", "identity", "accept")
AT: Final = {
    ApplicationState.BEGUN: "details",
    ApplicationState.SUBMITTED: "identity",
    ApplicationState.VERIFIED: "identity",
    ApplicationState.REFUSED: "identity",
    ApplicationState.WITHDRAWN: "details",
    ApplicationState.APPROVED: "accept",
    ApplicationState.ISSUED: "accept",
}


def steps(now_at: str, *, finished: bool = False) -> list[dict[str, str]]:
    """The steps of an application, across both origins, with the one she is at."""
    names = {
        "type": _("Type"),
        "key": _("Key and agreement"),
        "details": _("Your details"),
        "identity": _("Identity check and fee"),
        "accept": _("Check and accept"),
    }
    place = STEPS.index(now_at)

    def state(at: int) -> str:
        return "done" if at < place or finished else "now" if at == place else "later"

    return [{"name": names[step], "state": state(at)} for at, step in enumerate(STEPS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A certificate as its holder sees it."""

    reference: str
    issuer_id: int
    serial_number: bytes
    state: str
    type_name: str
    subject_name: str
    subject: str
    email: str
    srn: str
    not_before: datetime
    not_after: datetime
    recorded_at: datetime
    leaf_id: int
    revoked_at: datetime | None
    held_since: datetime | None
    may_revoke: bool

    @property
    def serial_hex(self) -> str:
        return self.serial_number.hex().upper()


def sheet_of(application: Any, now: datetime) -> Sheet | None:
    """The certificate that an application led to, once it is offered."""
    return sheet_of_made(application, now) if delivery_of(application.reference) else None


def sheet_of_made(application: Any, now: datetime) -> Sheet | None:
    """The same as soon as it is recorded: from then on it is hers to revoke, whenever it is offered."""
    delivery = delivery_of(application.reference)
    certificate = issuance.certificate_of(application.reference)
    if certificate is None:
        return None
    serial_number = bytes(certificate.serial_number)
    revocation = revocation_of(certificate.issuer_id, serial_number)
    kind = catalogue.certificate_type(application.type_code, application.begun_at)
    since = held_since(certificate.issuer_id, serial_number, at=now)
    state = _state(delivery.answer if delivery else None, revocation is not None, certificate.not_after, now)
    state = "suspended" if state == "good" and since is not None else state
    return Sheet(
        reference=application.reference,
        issuer_id=certificate.issuer_id,
        serial_number=serial_number,
        state=state,
        type_name=str(kind.names),
        subject_name=application.subject_name,
        subject=certificate.subject,
        email=application.subject_email,
        srn=_srn(certificate.subject),
        not_before=certificate.not_before,
        not_after=certificate.not_after,
        recorded_at=certificate.recorded_at,
        leaf_id=certificate.leaf_id,
        revoked_at=revocation.revoked_at if revocation else None,
        held_since=since,
        may_revoke=state in ("good", "suspended") and bool(kind.subscriber_reasons),
    )


def _state(answer: str | None, is_revoked: bool, not_after: datetime, now: datetime) -> str:
    if answer is None:
        return "offered"
    if answer != "accepted":
        return "rejected"
    if is_revoked:
        return "revoked"
    return "good" if now < not_after else "expired"


def _srn(subject: str) -> str:
    """The subscriber number out of the printed name, where OU= is one: ten figures and nothing else."""
    units = (part[3:] for part in subject.split(",") if part.startswith("OU="))
    return next((unit for unit in units if len(unit) == 10 and unit.isdigit()), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One application as its applicant sees it."""

    reference: str
    state: str
    heading: str
    part: str
    type_name: str
    subject_name: str
    subject_email: str
    own_key: bool
    outlet: str
    outlet_address: str
    outlet_hours: str
    fee: int | None
    is_paid: bool
    subscription: Subscribed | None
    desk_href: str
    refusal: str
    key_purged: bool
    may_withdraw: bool


def application_shown(application: Any, now: datetime) -> Shown:
    delivery = delivery_of(application.reference)
    part, heading = _stage(application.state, delivery.answer if delivery else None)
    kind = catalogue.certificate_type(application.type_code, application.begun_at)
    place = {state.outlet.code: state for state in outlet_states(now)}.get(application.outlet)
    invoice = ledger.invoice_of(application.reference)
    return Shown(
        reference=application.reference,
        state=part if part in ("offered", "rejected") else application.state,
        heading=heading,
        part=f"web/portal/parts/{part}.html",
        type_name=str(kind.names),
        subject_name=application.subject_name,
        subject_email=application.subject_email,
        own_key=application.key_source != "authority",  # of a campaign it is in her card
        outlet=str(place.outlet.names) if place else application.outlet,
        outlet_address=str(place.outlet.address) if place else "",
        outlet_hours=", ".join(place.hours) if place else "",
        fee=invoice.total_minor if invoice else None,
        is_paid=invoice is not None and ledger.is_paid(application.reference),
        subscription=subscribed(application.reference, now) if part in ("offered", "accepted") else None,
        desk_href=desk_address(application),
        refusal=_refusal(application) if application.state == ApplicationState.REFUSED else "",
        key_purged=application.key_source == "authority" and keymaking.is_purged(application.reference),
        may_withdraw=application.state in (ApplicationState.BEGUN, ApplicationState.SUBMITTED),
    )


def _stage(state: str, answer: str | None) -> tuple[str, str]:
    """Which part of the page, and its heading."""
    if state == ApplicationState.ISSUED:
        return {
            None: ("offered", _("Check your certificate")),
            "accepted": ("accepted", _("Your certificate is in force")),
        }.get(answer, ("rejected", _("The certificate was not accepted")))
    return {
        ApplicationState.BEGUN: ("begun", _("Your application has begun")),
        ApplicationState.SUBMITTED: ("submitted", _("Come to the service centre")),
        ApplicationState.VERIFIED: ("waiting", _("Waiting for release")),
        ApplicationState.APPROVED: ("waiting", _("Your certificate is being made")),
        ApplicationState.REFUSED: ("refused", _("The application was refused")),
        ApplicationState.WITHDRAWN: ("withdrawn", _("The application was withdrawn")),
    }[ApplicationState(state)]


def desk_address(application: Any) -> str:
    """The owner's desk, for the particulars of this application; numbers only, nothing about the person."""
    query = {
        "application": application.reference,
        "nonce": bytes(application.nonce).hex(),
        "type": application.type_code,
        "lang": language().code,
    }
    return f"{settings.CHOPMARK_DESK_URL}/apply?{urlencode(query)}"


def _refusal(application: Any) -> str:
    decided = case_file(application).decided
    words = {code: str(word) for code, word in REFUSALS}
    return words.get(decided.reason, "") if decided else ""
