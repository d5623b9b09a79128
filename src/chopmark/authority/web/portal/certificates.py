"""One's certificate: check its contents, accept or reject it, take it and its key away, revoke it."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import (
    require_GET,
    require_http_methods,
    require_safe,
)

from chopmark.authority.applications.selectors import by_reference, own
from chopmark.authority.catalogue.selectors import certificate_type
from chopmark.authority.delivery import services as delivery
from chopmark.authority.delivery.errors import NothingOffered
from chopmark.authority.issuance import selectors as issuance
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.keymaking import services as keymaking
from chopmark.authority.participants.errors import SignInRefused
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.revocation import services as revocation
from chopmark.authority.web.acting import ActingRequest, by_post, permitted
from chopmark.authority.web.answers import blame, posted, with_faults
from chopmark.authority.web.portal import shown
from chopmark.authority.web.portal.forms import RejectForm, RevokeForm
from chopmark.authority.web.words import WHY_REVOKE
from chopmark.pki.reasons import CRLReason
from chopmark.pki.refusals import Refusal


def _page(reference: str) -> str:
    return f"/portal/applications/{reference}/"


@by_post
@permitted(Permission.PORTAL_CERTIFICATE_OWN)
def accept(request: ActingRequest, reference: str) -> HttpResponse:
    delivery.accept(reference=reference, actor=request.actor, now=clock.now())
    return HttpResponseRedirect(_page(reference))


@require_http_methods(["GET", "POST"])
@permitted(Permission.PORTAL_CERTIFICATE_OWN)
def reject(request: ActingRequest, reference: str) -> HttpResponse:
    """A page of its own for what cannot be taken back."""
    sheet = _offered(reference, request.actor)
    form = RejectForm(posted(request))
    context = {"certificate": sheet, "form": form, "back_href": _page(reference)}
    if request.method == "GET":
        return render(request, "web/portal/reject.html", context)
    if not form.is_valid():
        return with_faults(request, "web/portal/reject.html", form, context)
    delivery.reject(
        reference=reference, reason=form.cleaned_data["reason"], actor=request.actor, now=clock.now()
    )
    return HttpResponseRedirect(_page(reference))


def _offered(reference: str, actor: Actor) -> shown.Sheet:
    sheet = shown.sheet_of(own(reference, actor=actor), clock.now())
    if sheet is None:
        raise NothingOffered
    return sheet


@require_safe
@permitted(Permission.PORTAL_CERTIFICATE_OWN)
def download(request: ActingRequest, reference: str) -> HttpResponse:
    """The certificate alone, which is public anyway."""
    sheet = _offered(reference, request.actor)
    certificate = issuance.certificate(sheet.issuer_id, sheet.serial_number)
    return _file(bytes(certificate.certificate_der), f"{reference}.crt", "application/pkix-cert")


def _file(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@require_GET
@permitted(Permission.PORTAL_CERTIFICATE_OWN)
def download_key(request: ActingRequest, reference: str) -> HttpResponse:
    """The key that we made, sealed to the PIN in the envelope (C30)."""
    mine = own(reference, actor=request.actor)
    delivery.require_not_declined(mine.reference)
    pkcs12 = keymaking.collect(application_reference=mine.reference, actor=request.actor, now=clock.now())
    return _file(pkcs12, f"{mine.reference}.p12", "application/x-pkcs12")


@by_post
@permitted(Permission.PORTAL_CERTIFICATE_OWN)
def key_kept(request: ActingRequest, reference: str) -> HttpResponse:
    """She has her key: have our only copy destroyed (C30)."""
    mine = own(reference, actor=request.actor)
    keymaking.confirm_kept(application_reference=mine.reference, actor=request.actor, now=clock.now())
    return HttpResponseRedirect(_page(mine.reference))


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@permitted(Permission.PORTAL_CERTIFICATE_OWN)
def revoke(request: ActingRequest, issuer_id: int, serial: str) -> HttpResponse:
    """Revoke for ever, on a page of its own, with the password once more (CPS 4.9.2)."""
    sheet = _certificate(issuer_id, serial, request.actor)
    form = RevokeForm(posted(request), reasons=_reasons(sheet.reference))
    context: dict[str, Any] = {"here": "certificates", "certificate": sheet, "form": form}
    if request.method == "GET":
        return render(request, "web/portal/revoke.html", context)
    if not form.is_valid():
        return with_faults(request, "web/portal/revoke.html", form, context)
    try:
        _require_password(request, form.cleaned_data["password"])
        revocation.revoke_by_subscriber(
            issuer_id=issuer_id,
            serial_number=sheet.serial_number,
            reason=CRLReason(int(form.cleaned_data["reason"])),
            actor=request.actor,
            now=clock.now(),
        )
    except Refusal as refusal:
        blame(form, refusal, "password" if isinstance(refusal, SignInRefused) else None)
        return with_faults(request, "web/portal/revoke.html", form, context)
    return HttpResponseRedirect("/portal/")


def _certificate(issuer_id: int, serial: str, actor: Actor) -> shown.Sheet:
    certificate = issuance.certificate(issuer_id, _octets(serial))
    sheet = shown.sheet_of_made(own(certificate.application_reference, actor=actor), clock.now())
    if sheet is None:
        raise NothingOffered
    return sheet


def _octets(serial: str) -> bytes:
    try:
        return bytes.fromhex(serial)
    except ValueError:
        return b""


def _reasons(reference: str) -> list[tuple[str, str]]:
    """What the type lets its subscriber say, in the words of the page."""
    permitted_ones = certificate_type(by_reference(reference).type_code).subscriber_reasons
    return [(str(int(reason)), str(word)) for reason, word in WHY_REVOKE.items() if reason in permitted_ones]


def _require_password(request: ActingRequest, password: str) -> None:
    if not request.user.check_password(password):
        raise SignInRefused
