"""Beginning an application: type, key, agreement; then to the owner's desk, and back with its receipt."""

import secrets
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chopmark.authority.applications import services as applications
from chopmark.authority.applications.selectors import begun_before
from chopmark.authority.catalogue import selectors as catalogue
from chopmark.authority.catalogue.pack import CertificateType
from chopmark.authority.catalogue.words import KeySource
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import ANONYMOUS
from chopmark.authority.participants import sign_in as signing
from chopmark.authority.participants.selectors import outlet_states
from chopmark.authority.web.acting import anybody, by_post
from chopmark.authority.web.answers import blame, posted, posted_with_files, with_faults
from chopmark.authority.web.portal.forms import AgreeForm, BeginForm, KindForm
from chopmark.authority.web.portal.offers import may_be_applied_for, require_may_be_applied_for
from chopmark.authority.web.portal.shown import steps
from chopmark.pki.refusals import Refusal

CHOSEN = "chosen"  # in the session, until the application begins: type, centre, key source and request
AT_ITS_FIELD = {"password_unacceptable": "password", "agreement_not_accepted": "agreed"}


@require_http_methods(["GET", "POST"])
@anybody
def choose(request: HttpRequest) -> HttpResponse:
    """Which type of certificate."""
    offered = [kind for kind in catalogue.types_offered(clock.now()) if may_be_applied_for(kind)]
    kinds = [(kind.code, str(kind.names), str(kind.eligibility)) for kind in offered]
    form = KindForm(posted(request), kinds=kinds)
    context = {"here": "apply", "steps": steps("type"), "form": form}
    if request.method == "GET":
        return render(request, "web/portal/choose.html", context)
    if not form.is_valid():
        return with_faults(request, "web/portal/choose.html", form, context)
    return HttpResponseRedirect(f"/apply/{form.cleaned_data['kind']}/")


@require_http_methods(["GET", "POST"])
@anybody
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """Which centre, and who makes the key."""
    now = clock.now()
    kind = catalogue.require_recognised(code, now)
    require_may_be_applied_for(kind)
    outlets = [(state.outlet.code, str(state.outlet.names)) for state in outlet_states(now)]
    form = BeginForm(
        *posted_with_files(request), outlets=outlets, sources=[str(one) for one in kind.key_sources]
    )
    context = {**_about(kind), "steps": steps("key"), "form": form}
    if request.method == "GET":
        return render(request, "web/portal/begin.html", context)
    if not form.is_valid():
        return with_faults(request, "web/portal/begin.html", form, context)
    chosen = _chosen(code, form.cleaned_data)
    try:
        _require_usable_key(chosen)
    except Refusal as refusal:
        blame(form, refusal, "csr_text")
        return with_faults(request, "web/portal/begin.html", form, context)
    request.session[CHOSEN] = chosen
    return HttpResponseRedirect(f"/apply/{code}/agreement")


def _chosen(code: str, data: dict[str, Any]) -> dict[str, str]:
    return {
        "type": code,
        "outlet": data["outlet"],
        "key_source": data["key_source"],
        "csr": data["csr"].hex() if data["key_source"] == KeySource.OWN else "",
        "nonce": secrets.token_hex(16),
    }


def _require_usable_key(chosen: dict[str, str]) -> None:
    """A key that cannot be used is said here, where it was given, and not after the agreement."""
    if chosen["key_source"] == KeySource.OWN:
        csr = bytes.fromhex(chosen["csr"])
        applications.require_usable_key(type_code=chosen["type"], csr=csr, now=clock.now())


def _about(kind: CertificateType) -> dict[str, Any]:
    """What the page's side says of the type: for whom, and what it costs."""
    try:
        lines = catalogue.fee_lines(kind, on=clock.now(), key_source=KeySource.OWN)
    except Refusal:  # no price today; the page still says for whom it is
        lines = ()
    return {
        "here": "apply",
        "kind": kind,
        "fee_lines": [{"name": str(line.names), "cents": line.amount_minor} for line in lines],
    }


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@anybody
def agree(request: HttpRequest, code: str) -> HttpResponse:
    """The agreement, and a password; then the application begins."""
    now = clock.now()
    kind, agreement = catalogue.require_recognised(code, now), catalogue.agreement_in_force(now)
    chosen = request.session.get(CHOSEN)
    if not chosen or chosen["type"] != code:
        return HttpResponseRedirect(f"/apply/{code}/")
    form = AgreeForm(posted(request), initial={"agreement": agreement.name})
    context = {
        **_about(kind),
        "agreement": agreement,
        "back_href": f"/apply/{code}/",
        "steps": steps("key"),
        "form": form,
    }
    if request.method == "GET":
        return render(request, "web/portal/agree.html", context)
    if not form.is_valid():
        return with_faults(request, "web/portal/agree.html", form, context)
    try:
        application = _begun(chosen, form.cleaned_data)
    except Refusal as refusal:
        blame(form, refusal, AT_ITS_FIELD.get(refusal.code))
        return with_faults(request, "web/portal/agree.html", form, context)
    signing.sign_in_applicant(
        number=application.reference, password=form.cleaned_data["password"], request=request, now=now
    )
    request.session.pop(CHOSEN, None)
    return HttpResponseRedirect(f"/portal/applications/{application.reference}/")


def _begun(chosen: dict[str, str], data: dict[str, Any]) -> Any:
    """The application of this errand, begun now; or before, if the answer was lost and she presses again."""
    nonce, csr = bytes.fromhex(chosen["nonce"]), bytes.fromhex(chosen["csr"])
    if csr and (known := begun_before(csr=csr, nonce=nonce)):
        return known
    return applications.begin(request=_request(chosen, data), nonce=nonce, actor=ANONYMOUS, now=clock.now())


def _request(chosen: dict[str, str], data: dict[str, Any]) -> applications.Request:
    return applications.Request(
        type_code=chosen["type"],
        outlet=chosen["outlet"],
        key_source=KeySource(chosen["key_source"]),
        csr=bytes.fromhex(chosen["csr"]) or None,
        agreement=data["agreement"],
        password=data["password"],
    )


# The post comes from the owner's origin, without our cookie: the owner's signature and the nonce say what it is.
@csrf_exempt
@by_post
@anybody
def desk_return(request: HttpRequest) -> HttpResponse:
    """Take the receipt that the owner's desk signed, and show the application it completes."""
    application = applications.complete(
        receipt_text=request.POST.get("receipt", ""), actor=ANONYMOUS, now=clock.now()
    )
    return HttpResponseRedirect(f"/portal/applications/{application.reference}/")
