"""What operators decide about a campaign: each a page of its own that says what follows, and one form."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from chopmark.authority.campaigns import services
from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import Actor
from chopmark.authority.participants import services as participants
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.web.acting import ActingRequest, permitted
from chopmark.authority.web.answers import blame, posted, with_faults
from chopmark.authority.web.console.campaigns import context_of
from chopmark.authority.web.console.forms import ApproveForm
from chopmark.authority.web.staff.forms import CodeForm
from chopmark.pki.refusals import Refusal

APPROVE = "web/console/approve.html"
STEP = "web/console/step.html"


class Verb(Protocol):
    def __call__(self, *, reference: str, actor: Actor, now: datetime) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What a confirmation page says: the question, what follows, and the answer on the button."""

    question: Promise
    title: Promise
    follows: Promise
    answer: Promise
    kind: str = ""


@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
@permitted(Permission.CONSOLE_CAMPAIGN_RUN)
def approve(request: ActingRequest, reference: str) -> HttpResponse:
    """Agree to the digest that the page showed, with a fresh code: a session that stands open is not enough."""
    context = context_of(request, reference)
    form = ApproveForm(posted(request), initial={"digest": context["campaign"].digest})
    if request.method == "GET":
        return render(request, APPROVE, {**context, "form": form})
    if form.is_valid():
        try:
            _prove_again(request, form)
            services.approve(
                reference=reference,
                digest=form.cleaned_data["digest"],
                actor=request.actor,
                now=clock.now(),
            )
            return _to_campaign(reference)
        except Refusal as refusal:
            _blame(form, refusal)
    return with_faults(request, APPROVE, form, context)


def _confirmed(verb: Verb, words: Words, *, with_code: bool) -> Callable[[ActingRequest, str], HttpResponse]:
    """A page that asks once more, and the act when its form is posted; what makes workers act takes a fresh code."""

    @sensitive_post_parameters("code")
    def view(request: ActingRequest, reference: str) -> HttpResponse:
        form = CodeForm(posted(request)) if with_code else forms.Form(posted(request))
        context: dict[str, Any] = {**context_of(request, reference), "form": form, "words": words}
        if request.method == "GET":
            return render(request, STEP, context)
        if form.is_valid():
            try:
                if with_code:
                    _prove_again(request, form)
                verb(reference=reference, actor=request.actor, now=clock.now())
                return _to_campaign(reference)
            except Refusal as refusal:
                _blame(form, refusal)
        return with_faults(request, STEP, form, context)

    return view


def _prove_again(request: ActingRequest, form: forms.Form) -> None:
    participants.prove_again(actor=request.actor, code=form.cleaned_data["code"], now=clock.now())


def _blame(form: forms.Form, refusal: Refusal) -> None:
    blame(form, refusal, "code" if refusal.code == "one_time_code_wrong" else None)


def _to_campaign(reference: str) -> HttpResponse:
    return HttpResponseRedirect(f"/console/campaigns/{reference}/")


_asked = require_http_methods(["GET", "POST"])
_operator = permitted(Permission.CONSOLE_CAMPAIGN_RUN)

start = _asked(
    _operator(
        _confirmed(
            services.start,
            Words(
                question=_("Start this campaign?"),
                title=_("The workers begin at once"),
                follows=_("What is done cannot be taken back. You may pause at any time."),
                answer=_("Start now"),
            ),
            with_code=True,
        )
    )
)
pause = _asked(
    _operator(
        _confirmed(
            services.pause,
            Words(
                question=_("Pause this campaign?"),
                title=_("No further chunk begins"),
                follows=_(
                    "What the signer has before it already is still signed. Nothing is lost: you go on where it stopped."
                ),
                answer=_("Pause"),
            ),
            with_code=False,  # whoever must stop it stops it at once
        )
    )
)
resume = _asked(
    _operator(
        _confirmed(
            services.resume,
            Words(
                question=_("Go on with this campaign?"),
                title=_("The workers go on where they stopped"),
                follows=_("No line is done twice."),
                answer=_("Go on"),
            ),
            with_code=True,
        )
    )
)
