"""Staff come in: by a welcome link the first time, then by number, password and one-time code."""

from typing import Any, cast
from urllib.parse import parse_qs, urlsplit

import segno
from django.contrib.auth import login as begin_session
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.web.acting import anybody, by_post
from chopmark.authority.web.answers import blame, next_page, posted, with_faults
from chopmark.authority.web.staff.forms import CodeForm, NewPasswordForm, StaffSignInForm
from chopmark.pki.refusals import Refusal

# In the session between the password and the first code: the address that the QR code shows.
ENROLLING = "otpauth"
BACKEND = "django.contrib.auth.backends.ModelBackend"


def _steps(now_at: int) -> list[dict[str, str]]:
    names = (_("Password"), _("Authenticator"), _("Sign in"))
    states = ["done" if at < now_at else "now" if at == now_at else "later" for at in range(len(names))]
    return [{"name": name, "state": state} for name, state in zip(names, states, strict=True)]


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@anybody
def sign_in(request: HttpRequest) -> HttpResponse:
    form = StaffSignInForm(posted(request))
    context = {"form": form, "next": next_page(request, "")}
    if request.method == "GET":
        return render(request, "web/staff/sign_in.html", context)
    if form.is_valid():
        try:
            actor = participants.sign_in_staff(request=request, now=clock.now(), **form.cleaned_data)
            return HttpResponseRedirect(next_page(request, _first_page(actor)))
        except Refusal as refusal:
            blame(form, refusal)
    return with_faults(request, "web/staff/sign_in.html", form, context)


def _first_page(actor: Actor) -> str:
    if actor.may(Permission.CONSOLE_CAMPAIGN_RUN):
        return "/console/campaigns/"
    return "/staff/people/" if actor.may(Permission.STAFF_ACCESS_READ) else "/counter/"


@by_post
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponseRedirect("/staff/sign-in")


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@anybody
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time link: choose a password (CPS 5.2)."""
    now = clock.now()
    number = participants.welcome_for(token, now).number
    form = NewPasswordForm(posted(request))
    context = {"form": form, "number": number, "steps": _steps(0)}
    if request.method == "GET":
        return render(request, "web/staff/welcome.html", context)
    if form.is_valid():
        try:
            login = participants.accept_welcome(token=token, password=form.cleaned_data["password"], now=now)
            # A session that may do nothing but enrol: no view of the counter takes it before a one-time code.
            begin_session(request, login, backend=BACKEND)
            request.session[ENROLLING] = participants.begin_totp(login)
            return HttpResponseRedirect("/staff/authenticator")
        except Refusal as refusal:
            blame(form, refusal, "password")
    return with_faults(request, "web/staff/welcome.html", form, context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@anybody
def authenticator(request: HttpRequest) -> HttpResponse:
    """Show the secret once, and take the first code."""
    otpauth = request.session.get(ENROLLING)
    if not otpauth or not request.user.is_authenticated:
        return HttpResponseRedirect("/staff/sign-in")
    form = CodeForm(posted(request))
    context = {"form": form, "steps": _steps(1), "secret": _secret(otpauth), "qr": _qr(otpauth)}
    if request.method == "GET":
        return render(request, "web/staff/authenticator.html", context)
    if form.is_valid():
        try:
            code = form.cleaned_data["code"]
            participants.confirm_totp(login=cast("Any", request.user), code=code, now=clock.now())
            logout(request)
            return HttpResponseRedirect("/staff/sign-in")
        except Refusal as refusal:
            blame(form, refusal, "code")
    return with_faults(request, "web/staff/authenticator.html", form, context)


def _secret(otpauth: str) -> str:
    return parse_qs(urlsplit(otpauth).query)["secret"][0]


def _qr(otpauth: str) -> SafeString:
    """The QR code as SVG inside the page: paths and attributes only, nothing that the content policy refuses."""
    drawing = segno.make(otpauth, error="m").svg_inline(
        scale=5, svgclass=None, lineclass=None, omitsize=False
    )
    return mark_safe(drawing)  # noqa: S308  # drawn by us from figures and letters
