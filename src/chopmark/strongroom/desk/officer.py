"""`/officer/…`: an officer is welcomed, signs in, compares the card, and takes a signed receipt back."""

from urllib.parse import urlencode

import segno
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import devices_for_user
from django_otp import login as otp_login

from chopmark.look.language import current
from chopmark.strongroom import clock, officers
from chopmark.strongroom.actors import OWNER, Actor
from chopmark.strongroom.desk import links
from chopmark.strongroom.desk.forms import (
    CardForm,
    DeclarationForm,
    OfficerSignInForm,
    WelcomeForm,
    say_at,
)
from chopmark.strongroom.errors import (
    IdentityNumberDiffers,
    OfficerSignInRefused,
    OneTimeCodeWrong,
    PasswordTooWeak,
    RoleNotAllowed,
)
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Officer
from chopmark.strongroom.particulars import age_on
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import supervising
from chopmark.strongroom.services.sighting import Person, Visit, check_sighting, confirm_sighting
from chopmark.strongroom.services.submit import HERE


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Set a password and confirm the device, once."""
    now = clock.now()
    enrolment = officers.welcomed_by(token, now)
    form = WelcomeForm(request.POST or None)
    if form.is_bound and form.is_valid() and _welcomed(form, token):
        return redirect("officer-sign-in")
    # Black squares on white, as markup: the policy allows no image from data.
    picture = segno.make(enrolment.device.config_url, error="m").svg_inline(scale=5, border=2, light="#fff")
    page = {"form": form, "officer": enrolment.officer, "picture": mark_safe(picture)}  # noqa: S308  segno's own markup
    page["secret"] = enrolment.device.config_url.partition("secret=")[2].partition("&")[0]
    return render(request, "strongroom/welcome.html", page, status=422 if form.is_bound else 200)


def _welcomed(form: WelcomeForm, token: str) -> bool:
    given = form.cleaned_data
    try:
        officers.welcome(
            token=token, password=given["password"], code=given["code"], actor=OWNER, now=clock.now()
        )
    except PasswordTooWeak as refusal:
        say_at(form, "password", refusal)
    except OneTimeCodeWrong as refusal:
        say_at(form, "code", refusal)
    return form.is_valid()


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = OfficerSignInForm(request.POST or None)
    if form.is_bound and form.is_valid():
        if _signed_in(request, form):
            return redirect(_onward(request))
        # While a number is locked, who still tries it is answered by the lock, and makes no more leaves.
        if not getattr(request, "axes_locked_out", False):
            officers.note_wrong_sign_in(form.cleaned_data["number"], clock.now())
        say_at(form, "number", OfficerSignInRefused())
    page = {"form": form, "next": request.POST.get("next") or request.GET.get("next", "")}
    return render(request, "strongroom/officer_sign_in.html", page, status=422 if form.is_bound else 200)


def _signed_in(request: HttpRequest, form: OfficerSignInForm) -> bool:
    given = form.cleaned_data
    user = authenticate(request, number=given["number"], password=given["password"])
    if user is None:
        return False
    device = next((one for one in devices_for_user(user) if one.verify_token(given["code"])), None)
    if device is None:
        return False
    login(request, user)
    otp_login(request, device)
    officers.note_sign_in(actor=Actor.officer(given["number"]), now=clock.now())
    return True


def _onward(request: HttpRequest) -> str:
    asked = request.POST.get("next", "")
    at_home = getattr(request.user, "role", "") in (OfficerRole.OWNER, OfficerRole.SUPERVISOR)
    usual = "/owner/" if at_home else settings.PORTAL_URL
    return asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else usual


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("officer-sign-in")


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """The number from the card is compared here; only if it agrees are name and birth date shown."""
    officer = _counter_officer(request)
    if officer is None:
        return _to_sign_in(request)
    visit = links.visit(request.GET)
    form = CardForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            person = _checked(visit, form.cleaned_data["hkid"], officer)
        except IdentityNumberDiffers as refusal:
            say_at(form, "hkid", refusal)
        else:
            return _agreed(request, visit, person, officer)
    page = _page(request, officer, visit, form=form)
    return render(request, "strongroom/check.html", page, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest) -> HttpResponse:
    """The officer vouches for what only she saw; the owner signs it."""
    officer = _counter_officer(request)
    if officer is None:
        return _to_sign_in(request)
    visit, form = links.visit(request.GET), DeclarationForm(request.POST)
    if request.method == "GET":  # the other language of a page that was an answer to a form
        return redirect(_check_address(request))
    page = _page(request, officer, visit, form=form)
    if not form.is_valid():
        return render(request, "strongroom/declare.html", page, status=422)
    receipt = confirm_sighting(
        visit=visit, keys=keyring(), actor=Actor.officer(officer.number), now=clock.now()
    )
    page |= {"receipt": receipt, "return_address": f"{settings.PORTAL_URL}/counter/desk-return"}
    page["language"] = current().code
    return render(request, "strongroom/sighted.html", page)


def _checked(visit: Visit, typed: str, officer: Officer) -> Person:
    return check_sighting(
        visit=visit, typed=typed, keys=keyring(), actor=Actor.officer(officer.number), now=clock.now()
    )


def _agreed(request: HttpRequest, visit: Visit, person: Person, officer: Officer) -> HttpResponse:
    age = age_on(clock.now().astimezone(HERE).date(), person.birth_date)
    page = _page(request, officer, visit, form=DeclarationForm(), person=person, age=age)
    return render(request, "strongroom/declare.html", page)


def _counter_officer(request: HttpRequest) -> Officer | None:
    """Who may compare cards: watching over the records and looking into them are two people's work."""
    officer = signed_in_officer(request)
    if officer is not None:
        refuse_supervisor(request, officer)
        if officer.role != OfficerRole.COUNTER:
            raise RoleNotAllowed
    return officer


def signed_in_officer(request: HttpRequest) -> Officer | None:
    """The officer of this session, if her credential still stands."""
    # Signed in with both: the password, and the device that django_otp verified.
    is_verified = getattr(request.user, "is_verified", None)
    if is_verified is None or not is_verified():
        return None
    return Officer.objects.filter(pk=request.user.pk, left_at=None).first()  # type: ignore[no-any-return]  # its manager


def refuse_supervisor(request: HttpRequest, officer: Officer) -> None:
    """Where there is more to do than to read a register, a supervisor's officer is refused, with a leaf."""
    if officer.role == OfficerRole.SUPERVISOR:
        page = request.resolver_match.view_name if request.resolver_match else ""
        supervising.refuse(page=page, actor=Actor.officer(officer.number), now=clock.now())


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    # A form that was posted cannot be taken along; the page it stood on can.
    return redirect(f"{settings.LOGIN_URL}?{urlencode({'next': _check_address(request)})}")


def _check_address(request: HttpRequest) -> str:
    return f"{reverse('officer-check')}?{links.query(request.GET)}"


def _page(request: HttpRequest, officer: Officer, visit: Visit, **more: object) -> dict[str, object]:
    return {"officer": officer, "visit": visit, "query": links.query(request.GET), **_counter(), **more}


def _counter() -> dict[str, str]:
    query = urlencode({"lang": current().code})
    return {"back_href": f"{settings.PORTAL_URL}/counter/?{query}", "back_text": _("Back to the counter")}
