"""`/history`: the subject of a record reads who opened it, takes the proof along, or does not recognise a line."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from chopmark.look import formats
from chopmark.look.language import in_chinese
from chopmark.strongroom import clock
from chopmark.strongroom.actors import SUBJECT
from chopmark.strongroom.breaches import register
from chopmark.strongroom.breaches.models import BreachKind
from chopmark.strongroom.breaches.register import Told
from chopmark.strongroom.desk.breach_words import TO_SUBJECT
from chopmark.strongroom.desk.complaining import told
from chopmark.strongroom.desk.forms import SubjectSignInForm, say_at
from chopmark.strongroom.errors import SubjectSignInRefused, TooManyAttempts
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.log import proofs
from chopmark.strongroom.models import Complaint, Opening
from chopmark.strongroom.notices.models import Notice, SendingState
from chopmark.strongroom.notices.sending import NOT_KNOWN
from chopmark.strongroom.policy.shapes import CaseKind
from chopmark.strongroom.problems import WORDS
from chopmark.strongroom.purposes import DESK, terms
from chopmark.strongroom.services import subject

RECORD = "record"
SIGNED_IN_AT = "signed_in_at"
_FIELDS: dict[str, Promise] = {
    "name": gettext_lazy("name"),
    "chinese_name": gettext_lazy("Chinese name"),
    "hkid": gettext_lazy("identity card number"),
    "birth_date": gettext_lazy("date of birth"),
    "email": gettext_lazy("e-mail address"),
    "phone": gettext_lazy("mobile number"),
    "hkid:masked": gettext_lazy("identity card number without its figures"),
    "birth_date:masked": gettext_lazy("year of birth"),
    "email:masked": gettext_lazy("e-mail address without most of its letters"),
    "phone:masked": gettext_lazy("last four figures of your mobile number"),
}


# By whose leave a case that has no application was opened.
_OF_WHOM: dict[str, Promise] = {
    CaseKind.CERTIFICATE: gettext_lazy("a case that your certificate signed for"),
    CaseKind.CHOICE: gettext_lazy("what you allowed under My choices"),
    CaseKind.GRANT: gettext_lazy("a case under a grant that two of the owner’s officers signed"),
    CaseKind.NOTICES: gettext_lazy(
        "what is left of your application’s case: we may write to you about your certificate"
    ),
    CaseKind.OFFICER: gettext_lazy("a case that this officer opened in her own name"),
    CaseKind.SUBJECT: gettext_lazy("a case that you opened here"),
}


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def history(request: HttpRequest) -> HttpResponse:
    if RECORD in request.session:
        return _timeline(request, UUID(request.session[RECORD]))
    form = SubjectSignInForm(request.POST or None)
    if form.is_bound and form.is_valid():
        try:
            record_id = _sign_in(form)
        except (SubjectSignInRefused, TooManyAttempts) as refusal:
            say_at(form, "hkid", refusal)
        else:
            request.session.cycle_key()
            request.session[RECORD] = str(record_id)
            request.session[SIGNED_IN_AT] = clock.now().timestamp()
            return redirect("history")
    return render(
        request, "strongroom/history_sign_in.html", {"form": form}, status=422 if form.is_bound else 200
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    request.session.flush()
    return redirect("history")


def _sign_in(form: SubjectSignInForm) -> UUID:
    given = form.cleaned_data
    return subject.sign_in(
        typed_hkid=given["hkid"], code=given["code"], keys=keyring(), actor=SUBJECT, now=clock.now()
    )


def _timeline(request: HttpRequest, record_id: UUID) -> HttpResponse:
    asked = request.GET.get("before", "")
    before = int(asked) if asked.isascii() and asked.isdigit() else None
    openings = subject.history(record_id, before=before, now=clock.now())
    older = openings[-1].leaf_id if len(openings) == subject.PAGE else None
    page = {"lines": lines(openings), "older": older, "looked_at": clock.now(), "delay": _longest_delay()}
    page["breaches"] = [_breach(one) for one in register.told(record_id)]
    return render(request, "strongroom/history.html", page)


def _breach(told: Told) -> dict[str, object]:
    """In plain words, that her record was part of a breach."""
    return {
        "reference": told.breach.reference,
        "what": TO_SUBJECT[BreachKind(told.breach.kind)],
        "detected_at": told.breach.detected_at,
        "told_at": told.told_at,
        "commissioner_told_at": told.commissioner_told_at,
    }


def _longest_delay() -> int:
    """How many days later a line may appear here, by any purpose: said to everybody, so that it tells nobody anything."""
    delays = [purpose.delay.told_after.days for purpose in terms().purposes.values() if purpose.delay]
    return max(delays, default=0)


def lines(openings: Sequence[Opening]) -> list[dict[str, object]]:
    """Each opening as a line of the timeline: when, who, what, why, where the log says the same, what she can do."""
    leaf_ids = [opening.leaf_id for opening in openings]
    places, signed = proofs.positions(leaf_ids), proofs.signed_size()
    complaints = Complaint.objects.select_related("opening__record").in_bulk(
        leaf_ids, field_name="opening_id"
    )
    return [
        _line(opening, places[opening.leaf_id], signed, complaints.get(opening.leaf_id))
        for opening in openings
    ]


def _line(opening: Opening, place: int, signed: int, complaint: Complaint | None) -> dict[str, object]:
    when: datetime = opening.at
    entry = _("log entry %(number)s") % {"number": formats.number(place)}
    return {
        "kind": "refused" if opening.refused else "sealed",
        "when": when,
        "what": _who(opening),
        "more": [
            _what(opening),
            _why(opening, _case(opening), entry),
            *(told(complaint, keys=keyring()) if complaint else []),
            _ways(opening, is_signed=place < signed, is_complained_of=complaint is not None),
        ],
    }


def described(opening: Opening) -> dict[str, str]:
    """Who opened what, in the words that its subject reads."""
    return {"who": _who(opening), "what": _what(opening)}


def _case(opening: Opening) -> str:
    if opening.case is None:
        return _("a grant that two of the owner’s officers signed") if opening.grant_id else _("no case")
    if opening.case.kind in _OF_WHOM:
        return str(_OF_WHOM[opening.case.kind])
    return _("application %(reference)s") % {
        "reference": " ".join(formats.reference(opening.case.application_reference))
    }


def _ways(opening: Opening, *, is_signed: bool, is_complained_of: bool) -> str:
    """What she can do with a line; its proof can be made once the log was signed over it, a second later or two."""
    proof = (
        _link("history-proof", opening, _("Download the proof"))
        if is_signed
        else _("The log will be signed over this line within a minute")
    )
    if is_complained_of:
        return proof
    return format_html("{} · {}", proof, _link("history-complaint", opening, _("I do not recognise this")))


def _link(name: str, opening: Opening, words: str) -> str:
    return format_html('<a href="{}">{}</a>', reverse(name, args=[opening.leaf_id]), words)


def _who(opening: Opening) -> str:
    if opening.caller == DESK:
        return _("Officer %(number)s, at this desk") % {"number": opening.actor}
    if _notice(opening) is not None:
        return _("We, for the operator’s system (%(actor)s)") % {"actor": opening.actor}
    return _("The operator’s system (%(actor)s)") % {"actor": opening.actor}


def _what(opening: Opening) -> str:
    fields = _listed([str(_FIELDS[name]) for name in opening.fields])
    if opening.refused:
        why = str(WORDS[opening.refused].says)
        asked = _("Asked for %(fields)s and saw nothing. %(why)s.") if fields else _("Saw nothing. %(why)s.")
        return asked % {"fields": fields, "why": why}
    if (notice := _notice(opening)) is not None:
        return _told(notice)
    if opening.fields == ["hkid"] and opening.purpose in ("identity_check", "duplicate_check"):
        return _("Compared your identity card number, without seeing it")
    return _("Saw your %(fields)s") % {"fields": fields}


def _notice(opening: Opening) -> Notice | None:
    return getattr(opening, "notice", None)


def _told(notice: Notice) -> str:
    template = terms().templates.get(notice.template)
    wrote = _("We wrote to you") if template is None else template.zh if in_chinese() else template.en
    if notice.sending.why == NOT_KNOWN:
        return _("%(wrote)s, but we cannot say whether it was delivered") % {"wrote": wrote}
    if notice.sending.state == SendingState.GIVEN_UP:
        return _("%(wrote)s, but it could not be delivered") % {"wrote": wrote}
    return _("%(wrote)s. Nobody else saw your address.") % {"wrote": wrote}


def _listed(words: list[str]) -> str:
    if in_chinese() or len(words) < 2:
        return "、".join(words)
    return _("%(first)s and %(last)s") % {"first": ", ".join(words[:-1]), "last": words[-1]}


def _why(opening: Opening, case: str, entry: str) -> str:
    agreed = terms().purposes.get(opening.purpose)
    if agreed is None:
        return _("Purpose given: “%(purpose)s” · %(case)s · %(entry)s") % {
            "purpose": opening.purpose,
            "case": case,
            "entry": entry,
        }
    words = agreed.zh if in_chinese() else agreed.en
    if opening.told_at is not None and agreed.delay is not None:
        why = agreed.delay.reason_zh if in_chinese() else agreed.delay.reason_en
        words = _("%(purpose)s (%(reason)s)") % {"purpose": words, "reason": why}
    return _("%(purpose)s · %(case)s · %(entry)s") % {"purpose": words, "case": case, "entry": entry}
