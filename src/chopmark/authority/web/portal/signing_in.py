"""Signing in and out of the portal: the application's number and its password."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chopmark.authority.kernel import clock
from chopmark.authority.participants import sign_in as signing
from chopmark.authority.web.acting import anybody, by_post
from chopmark.authority.web.answers import blame, next_page, posted, with_faults
from chopmark.authority.web.portal.forms import SignInForm
from chopmark.pki.refusals import Refusal


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@anybody
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(posted(request))
    context = {"form": form, "next": next_page(request, "")}
    if request.method == "GET":
        return render(request, "web/portal/sign_in.html", context)
    if not form.is_valid():
        return with_faults(request, "web/portal/sign_in.html", form, context)
    try:
        signing.sign_in_applicant(
            number=form.cleaned_data["number"],
            password=form.cleaned_data["password"],
            request=request,
            now=clock.now(),
        )
    except Refusal as refusal:
        blame(form, refusal)
        return with_faults(request, "web/portal/sign_in.html", form, context)
    return HttpResponseRedirect(next_page(request, "/portal/"))


@by_post
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return HttpResponseRedirect("/")
