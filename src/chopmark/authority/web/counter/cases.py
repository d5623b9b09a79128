"""One case through its steps: card, documents, fee, envelope, release. Every step is a form that posts."""

import secrets
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.authority.applications.selectors import by_reference
from chopmark.authority.catalogue.words import Evidence
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import ANONYMOUS
from chopmark.authority.ledger import services as ledger
from chopmark.authority.ledger.errors import InvoiceUnknown
from chopmark.authority.ledger.selectors import invoice_of, payment_of
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.verification import services as verification
from chopmark.authority.verification.errors import EvidenceKindUnknown
from chopmark.authority.web.acting import ActingRequest, anybody, by_post, permitted
from chopmark.authority.web.answers import blame, posted, status_of, with_faults
from chopmark.authority.web.counter import shown
from chopmark.authority.web.counter.desk import surroundings
from chopmark.authority.web.counter.forms import EnvelopeForm, EvidenceForm, FeeForm, RefuseForm
from chopmark.authority.web.problems import problem_of
from chopmark.authority.web.receipts import receipt_page
from chopmark.authority.web.words import METHODS
from chopmark.look.language import current as language
from chopmark.pki.refusals import Refusal

Context = dict[str, Any]


def _address(reference: str) -> str:
    return f"/counter/cases/{reference}/"


def _context(request: ActingRequest, reference: str) -> Context:
    case = shown.case_shown(by_reference(reference), officer=request.actor.id, now=clock.now())
    return {
        **surroundings(request),
        "here": "desk",
        "case": case,
        "fee_form": FeeForm(methods=_methods()),
        "envelope_form": EnvelopeForm(),
        "evidence_form": EvidenceForm(),
    }


def _methods() -> list[tuple[str, str]]:
    return [(code, str(word)) for code, word in METHODS.items()]


def _refused(request: ActingRequest, reference: str, refusal: Refusal) -> HttpResponse:
    """The case again, with what was refused at its head."""
    context = {**_context(request, reference), "problem": problem_of(refusal)}
    return render(request, "web/counter/case.html", context, status=status_of(refusal))


@require_safe
@permitted(Permission.COUNTER_APPLICATION_READ)
def case(request: ActingRequest, reference: str) -> HttpResponse:
    return render(request, "web/counter/case.html", _context(request, reference))


@by_post
@permitted(Permission.COUNTER_EVIDENCE_RECORD)
def sighting(request: ActingRequest, reference: str) -> HttpResponse:
    """Go to the owner's desk, where the digits of the card are compared."""
    nonce = secrets.token_bytes(16)
    try:
        application = verification.begin_sighting(
            reference=reference, nonce=nonce, actor=request.actor, now=clock.now()
        )
    except Refusal as refusal:
        return _refused(request, reference, refusal)
    query = {
        "case": str(application.case_id),
        "application": application.reference,
        "nonce": nonce.hex(),
        "lang": language().code,
    }
    return HttpResponseRedirect(f"{settings.CHOPMARK_DESK_URL}/officer/check?{urlencode(query)}")


# The post comes from the owner's origin, without our cookie: her signature and the nonce say which officer it is.
@csrf_exempt
@by_post
@anybody
def desk_return(request: HttpRequest) -> HttpResponse:
    """Take the receipt of an identity check from the owner's desk, and go on with the case."""
    done = verification.record_sighting(
        receipt_text=request.POST.get("receipt", ""), actor=ANONYMOUS, now=clock.now()
    )
    return HttpResponseRedirect(_address(done.application.reference))


@by_post
@permitted(Permission.COUNTER_EVIDENCE_RECORD)
def evidence(request: ActingRequest, reference: str) -> HttpResponse:
    """Record a document that the type asks for, by its number."""
    form, context = EvidenceForm(request.POST), _context(request, reference)
    if not form.is_valid():
        return with_faults(request, "web/counter/case.html", form, {**context, "evidence_form": form})
    try:
        verification.record_evidence(
            reference=reference,
            kind=_kind_now(context["case"]),
            document=form.cleaned_data["document"],
            actor=request.actor,
            now=clock.now(),
        )
    except Refusal as refusal:
        return _refused(request, reference, refusal)
    return HttpResponseRedirect(_address(reference))


def _kind_now(case: shown.Case) -> Evidence:
    task = case.now
    if task is None or not task.kind:
        raise EvidenceKindUnknown
    return Evidence(task.kind)


@by_post
@permitted(Permission.COUNTER_PAYMENT_TAKE)
def fee(request: ActingRequest, reference: str) -> HttpResponse:
    """Take the whole fee, once."""
    form = FeeForm(request.POST, methods=_methods())
    if not form.is_valid():
        context = {**_context(request, reference), "fee_form": form}
        return with_faults(request, "web/counter/case.html", form, context)
    try:
        ledger.take_payment(
            invoice_id=_invoice(reference).pk,
            method=form.cleaned_data["method"],
            outlet=request.actor.outlet,
            actor=request.actor,
            now=clock.now(),
        )
    except Refusal as refusal:
        return _refused(request, reference, refusal)
    return HttpResponseRedirect(_address(reference))


def _invoice(reference: str) -> Any:
    invoice = invoice_of(by_reference(reference).reference)
    if invoice is None:
        raise InvoiceUnknown
    return invoice


@by_post
@permitted(Permission.COUNTER_EVIDENCE_RECORD)
def envelope(request: ActingRequest, reference: str) -> HttpResponse:
    """Tie the sealed PIN envelope that was handed over to the case."""
    form = EnvelopeForm(request.POST)
    if form.is_valid():
        try:
            verification.record_envelope(
                reference=reference,
                envelope=form.cleaned_data["envelope"],
                actor=request.actor,
                now=clock.now(),
            )
            return HttpResponseRedirect(_address(reference))
        except Refusal as refusal:
            blame(form, refusal, "envelope")
    context = {**_context(request, reference), "envelope_form": form}
    return with_faults(request, "web/counter/case.html", form, context)


@by_post
@permitted(Permission.COUNTER_EVIDENCE_RECORD)
def release(request: ActingRequest, reference: str) -> HttpResponse:
    """Say that everything is there, and ask the second officer."""
    try:
        verification.ask_release(reference=reference, actor=request.actor, now=clock.now())
    except Refusal as refusal:
        return _refused(request, reference, refusal)
    return HttpResponseRedirect(_address(reference))


@require_http_methods(["GET", "POST"])
@permitted(Permission.COUNTER_APPLICATION_REFUSE)
def refuse(request: ActingRequest, reference: str) -> HttpResponse:
    """Refuse for ever, on a page of its own, with a reason that the applicant is told."""
    form = RefuseForm(posted(request))
    context = {**_context(request, reference), "form": form, "back_href": _address(reference)}
    if request.method == "GET":
        return render(request, "web/counter/refuse.html", context)
    if form.is_valid():
        try:
            verification.refuse(
                reference=reference,
                reason=form.cleaned_data["reason"],
                actor=request.actor,
                now=clock.now(),
            )
            return HttpResponseRedirect(_address(reference))
        except Refusal as refusal:
            blame(form, refusal)
    return with_faults(request, "web/counter/refuse.html", form, context)


@require_safe
@permitted(Permission.COUNTER_APPLICATION_READ)
def receipt(request: ActingRequest, reference: str) -> HttpResponse:
    application = by_reference(reference)
    payment = payment_of(application.reference)
    if payment is None:
        raise Http404
    return receipt_page(request, application, payment, back_href=_address(application.reference))
