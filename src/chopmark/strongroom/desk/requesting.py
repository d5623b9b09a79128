"""`/history/requests`: the subject asks for access to her record or to have it corrected, and reads what was answered."""

from typing import Any, Final

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chopmark.look.language import in_chinese
from chopmark.strongroom import clock
from chopmark.strongroom.actors import SUBJECT
from chopmark.strongroom.desk.choices import session_of
from chopmark.strongroom.desk.fields import FIELDS
from chopmark.strongroom.desk.forms import read
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.particulars import read_email, read_phone
from chopmark.strongroom.policy.privacy import RequestKind
from chopmark.strongroom.policy.requests import RequestAnswer, RequestOutcome, SubjectRequest
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import data_requests as service
from chopmark.strongroom.services import kept_requests
from chopmark.strongroom.services.data_requests import CORRECTABLE, OTHER, Wish
from chopmark.strongroom.services.kept_requests import Words
from chopmark.strongroom.services.leave_to_open import SubjectSession

LONGEST = 1000
KINDS: Final[dict[RequestKind, Promise]] = {
    RequestKind.ACCESS: gettext_lazy("Access to my data"),
    RequestKind.CORRECTION: gettext_lazy("Correction of my data"),
}
OUTCOMES: Final[dict[RequestOutcome, Promise]] = {
    RequestOutcome.COMPLIED: gettext_lazy("Complied with"),
    RequestOutcome.IN_PART: gettext_lazy("Complied with in part"),
    RequestOutcome.REFUSED: gettext_lazy("Refused"),
}
_OTHER: Final = gettext_lazy("Something else")


def field_words(name: str) -> Promise:
    """What a correction is about."""
    return _OTHER if name == OTHER else FIELDS[name]


def _text(label: Any, missing: Any, hint: Any = "", rows: str = "4") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=LONGEST,
        help_text=hint,
        widget=forms.Textarea({"rows": rows}),
        error_messages={"required": missing},
    )


class AccessForm(forms.Form):
    """What she wants to see."""

    about = _text(
        gettext_lazy("What you want to see"),
        gettext_lazy("Write what you want to see"),
        gettext_lazy("For example, all that is kept about you, or who received it last year."),
    )

    @property
    def wish(self) -> Wish:
        return Wish(kind=RequestKind.ACCESS, words=Words(about=self.cleaned_data["about"]))


class CorrectionForm(forms.Form):
    """What is wrong, and what is right; an address or number is read as when it was first given."""

    field = forms.ChoiceField(
        label=gettext_lazy("What is not right"),
        choices=[("", gettext_lazy("Choose")), *((name, field_words(name)) for name in CORRECTABLE)],
        widget=forms.Select({"class": "input--20"}),
        error_messages={"required": gettext_lazy("Choose what is not right")},
    )
    wrong = _text(gettext_lazy("What is wrong"), gettext_lazy("Write what is wrong"), rows="2")
    right = _text(
        gettext_lazy("What is right"),
        gettext_lazy("Write what is right"),
        gettext_lazy(
            "Of an e-mail address or mobile number, only the new one: it is written into your record."
        ),
        rows="2",
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        rules = {"email": read_email, "phone": read_phone}
        if {"field", "right"} <= cleaned.keys() and cleaned["field"] in rules:
            try:
                read(rules[cleaned["field"]], cleaned["right"])
            except forms.ValidationError as error:
                self.add_error("right", error)
        return cleaned

    @property
    def wish(self) -> Wish:
        given = self.cleaned_data
        words = Words(wrong=given["wrong"], right=given["right"])
        return Wish(kind=RequestKind.CORRECTION, field=given["field"], words=words)


_FORMS: Final[dict[RequestKind, type[AccessForm] | type[CorrectionForm]]] = {
    RequestKind.ACCESS: AccessForm,
    RequestKind.CORRECTION: CorrectionForm,
}


@require_safe
def listed(request: HttpRequest) -> HttpResponse:
    """Her own requests, the newest first."""
    session = session_of(request)
    if session is None:
        return redirect("history")
    rows = [_row(one) for one in kept_requests.of_record(session.record_id)]
    return render(request, "strongroom/requests.html", {"rows": rows, **_terms()})


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """What she asks for; posted, it is made and the days begin."""
    session = session_of(request)
    if session is None:
        return redirect("history")
    if kind not in list(RequestKind):
        raise Http404
    of = RequestKind(kind)
    form = _FORMS[of](request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        made = _made(session, form.wish)
        return redirect("request", made.pk)
    page = {"form": form, "kind": of.value, "heading": KINDS[of], **_terms()}
    return render(request, "strongroom/request_new.html", page, status=422 if form.is_bound else 200)


@require_safe
def one(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request: what she wrote, by when it is answered, what it costs, and the answer."""
    session = session_of(request)
    if session is None:
        return redirect("history")
    found = kept_requests.one_of(session.record_id, request_id)
    words = kept_requests.said(found, keys=keyring())
    return render(request, "strongroom/request.html", _row(found) | {"words": words, **_answer(found)})


@require_POST
def agree(request: HttpRequest, request_id: int) -> HttpResponse:
    """She agrees to the fee."""
    session = session_of(request)
    if session is None:
        return redirect("history")
    service.agree_fee(session=session, request_id=request_id, actor=SUBJECT, now=clock.now())
    return redirect("request", request_id)


def _made(session: SubjectSession, wish: Wish) -> SubjectRequest:
    return service.make_request(session=session, wish=wish, keys=keyring(), actor=SUBJECT, now=clock.now())


def _terms() -> dict[str, object]:
    agreed = terms().requests
    return {"days": agreed.answer_within.days, "most_fee": agreed.most_fee_minor}


def _row(one: SubjectRequest) -> dict[str, Any]:
    answer = getattr(one, "answer", None)
    return {
        "one": one,
        "kind": KINDS[RequestKind(one.kind)],
        "field": field_words(one.field) if one.field else "",
        "state": state_of(answer),
        "fee": getattr(one, "fee", None),
        "agreement": getattr(getattr(one, "fee", None), "agreement", None),
    }


def _answer(one: SubjectRequest) -> dict[str, object]:
    answer: RequestAnswer | None = getattr(one, "answer", None)
    if answer is None:
        return {}
    joint = "、" if in_chinese() else ", "
    return {
        "answer": answer,
        "outcome": OUTCOMES[RequestOutcome(answer.outcome)],
        "ground": ground_words(answer.ground),
        "late": kept_requests.is_late(answer),
        "said": kept_requests.answered(answer, keys=keyring()),
        "corrected": joint.join(str(FIELDS[name]) for name in answer.corrected),
    }


def state_of(answer: RequestAnswer | None) -> str:
    """How a request stands, in a word or two; that an answer came late is always said."""
    if answer is None:
        return _("To be answered")
    outcome = str(OUTCOMES[RequestOutcome(answer.outcome)])
    return _("%(outcome)s, late") % {"outcome": outcome} if kept_requests.is_late(answer) else outcome


def ground_words(name: str) -> str:
    """A ground with its section; its own name if the policy has it no more."""
    if not name:
        return ""
    ground = terms().requests.grounds.get(name)
    if ground is None:
        return name
    return f"{ground.words.said(chinese=in_chinese())} ({ground.section})"
