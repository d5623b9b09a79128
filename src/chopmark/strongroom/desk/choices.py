"""`/history/choices`: a subject says which approved service may reach her, for what and how; she may take it back."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from chopmark.look import formats
from chopmark.look.language import in_chinese
from chopmark.strongroom import clock
from chopmark.strongroom.actors import SUBJECT
from chopmark.strongroom.desk.history import RECORD, SIGNED_IN_AT
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.policy.models import Suppression
from chopmark.strongroom.policy.privacy import Notice, Text, Transfer
from chopmark.strongroom.policy.shapes import Service
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import choices as service
from chopmark.strongroom.services import consent_texts, suppression
from chopmark.strongroom.services.choices import Standing, Use
from chopmark.strongroom.services.consent_texts import Agreed
from chopmark.strongroom.services.leave_to_open import SubjectSession

_CHANNELS: dict[str, Promise] = {
    "email": gettext_lazy("By e-mail"),
    "phone": gettext_lazy("By telephone or message"),
}


_TRANSFERS: dict[Transfer, Promise] = {
    Transfer.FOR_GAIN: gettext_lazy("in return for money or other gain"),
    Transfer.FREE: gettext_lazy("without any gain"),
    Transfer.NONE: gettext_lazy("To nobody else"),
}


class StatementForm(forms.Form):
    """A written statement of its own (s. 35K): nothing is ticked beforehand, and no other form says it."""

    agrees = forms.BooleanField(
        label=gettext_lazy(
            "I have read this, and I consent in writing that my data are given to them for this"
        ),
        error_messages={"required": gettext_lazy("Tick the statement, or go back without consenting")},
    )


@require_safe
def choices(request: HttpRequest) -> HttpResponse:
    session = session_of(request)
    if session is None:
        return redirect("history")
    standings = service.standings(session.record_id, now=clock.now())
    words = suppression.standings(session.record_id)
    forbidden = next(iter(words), None)
    page = {
        "is_of_another": forbidden is not None and forbidden.record_id != session.record_id,
        "is_of_more": len(words) > 1,
        "services": _services(standings),
        "forbidden": forbidden,
        "forbidden_words": _forbidden(forbidden),
    }
    return render(request, "strongroom/choices.html", page)


@require_POST
def allow(request: HttpRequest) -> HttpResponse:
    session = session_of(request)
    if session is None:
        return redirect("history")
    agreed = _agreed(request, in_writing=False)
    service.allow(
        session=session, use=_use(request), agreed=agreed, keys=keyring(), actor=SUBJECT, now=clock.now()
    )
    return redirect("choices")


@require_http_methods(["GET", "POST"])
def statement(request: HttpRequest, name: str, purpose: str, channel: str) -> HttpResponse:
    """What is handed on, to whom and for what; posted with its box ticked, her consent in writing."""
    session = session_of(request)
    if session is None:
        return redirect("history")
    use = Use(service=name, purpose=purpose, channel=channel)
    standing = service.standing_of(session.record_id, use, now=clock.now())
    form = StatementForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        agreed = _agreed(request, in_writing=True)
        service.allow(session=session, use=use, agreed=agreed, keys=keyring(), actor=SUBJECT, now=clock.now())
        return redirect("choices")
    page = {"form": form, "one": _shown(standing), "service": _texts(standing.service)}
    return render(request, "strongroom/statement.html", page, status=422 if form.is_bound else 200)


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    session = session_of(request)
    if session is None:
        return redirect("history")
    service.withdraw(session=session, use=_use(request), actor=SUBJECT, now=clock.now())
    return redirect("choices")


@require_POST
def forbid(request: HttpRequest) -> HttpResponse:
    """Nobody may contact her for marketing, from now on."""
    session = session_of(request)
    if session is None:
        return redirect("history")
    suppression.forbid(session=session, actor=SUBJECT, now=clock.now())
    return redirect("choices")


@require_POST
def permit(request: HttpRequest) -> HttpResponse:
    """She takes that back."""
    session = session_of(request)
    if session is None:
        return redirect("history")
    suppression.permit(session=session, actor=SUBJECT, now=clock.now())
    return redirect("choices")


def session_of(request: HttpRequest) -> SubjectSession | None:
    """Whose record was signed in to in this session, and when; none if nobody did."""
    if RECORD not in request.session or SIGNED_IN_AT not in request.session:
        return None
    signed_in_at = datetime.fromtimestamp(request.session[SIGNED_IN_AT], UTC)
    return SubjectSession(record_id=UUID(request.session[RECORD]), signed_in_at=signed_in_at)


def _use(request: HttpRequest) -> Use:
    sent = request.POST
    return Use(
        service=sent.get("service", ""), purpose=sent.get("purpose", ""), channel=sent.get("channel", "")
    )


def _agreed(request: HttpRequest, *, in_writing: bool) -> Agreed:
    """The text that was on the page, by its digest; what is no digest is that of no text."""
    try:
        digest = bytes.fromhex(request.POST.get("text", ""))
    except ValueError:
        digest = b""
    return Agreed(digest=digest, language=_language(), in_writing=in_writing)


def _language() -> str:
    return "zh-hant" if in_chinese() else "en"


def _services(standings: Iterable[Standing]) -> list[dict[str, object]]:
    """Each service under its brand, with what it must tell her, and what she may allow it, one by one."""
    grouped = groupby(standings, key=lambda standing: standing.service)
    return [{**_texts(each), "uses": [_shown(one) for one in of_it]} for each, of_it in grouped]


def _texts(approved: Service) -> dict[str, object]:
    """What Part 6A wants said before she says yes."""
    notice = approved.notice
    return {
        "brand": approved.brand_zh if in_chinese() else approved.brand_en,
        "data": _said(notice.data),
        "marketing": _said(notice.marketing),
        "given_to": _given_to(notice),
        "opt_out": _said(notice.opt_out),
        "in_writing": notice.needs_writing,
    }


def _given_to(notice: Notice) -> str:
    """To whom the data go, and whether for gain."""
    gain = str(_TRANSFERS[notice.transfer])
    if notice.given_to is None:
        return gain
    return ("，" if in_chinese() else ", ").join([_said(notice.given_to), gain])


def _said(text: Text) -> str:
    return text.said(chinese=in_chinese())


def _shown(standing: Standing) -> dict[str, object]:
    use = standing.use
    purpose = terms().purposes[use.purpose]
    digest = consent_texts.digest_of(
        standing.service, purpose=use.purpose, channel=use.channel, language=_language()
    )
    return {
        "use": use,
        "purpose": purpose.zh if in_chinese() else purpose.en,
        "channel": _CHANNELS[use.channel],
        "is_allowed": standing.is_allowed,
        "since": standing.since,
        "text": digest.hex(),
    }


def _forbidden(word: Suppression | None) -> str:
    """Since when nobody may contact her, and by whom it was written down."""
    if word is None:
        return ""
    since = formats.moment(timezone.localtime(word.at), chinese=in_chinese())
    if word.officer:
        said = _("Since %(moment)s. Officer %(number)s wrote it down for you.")
        return said % {"moment": since, "number": word.officer}
    return _("Since %(moment)s.") % {"moment": since}
