"""`/history/choices`: a subject says which approved service may reach her, for what and how; she may take it back."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import groupby
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from chopmark.look.language import in_chinese
from chopmark.strongroom import clock
from chopmark.strongroom.actors import SUBJECT
from chopmark.strongroom.desk.history import RECORD, SIGNED_IN_AT
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.policy.shapes import Service
from chopmark.strongroom.purposes import terms
from chopmark.strongroom.services import choices as service
from chopmark.strongroom.services.choices import Standing, Use
from chopmark.strongroom.services.leave_to_open import SubjectSession

_CHANNELS: dict[str, Promise] = {
    "email": gettext_lazy("By e-mail"),
    "phone": gettext_lazy("By telephone or message"),
}


@require_safe
def choices(request: HttpRequest) -> HttpResponse:
    session = session_of(request)
    if session is None:
        return redirect("history")
    standings = service.standings(session.record_id, now=clock.now())
    return render(request, "strongroom/choices.html", {"services": _services(standings)})


@require_POST
def allow(request: HttpRequest) -> HttpResponse:
    session = session_of(request)
    if session is None:
        return redirect("history")
    service.allow(session=session, use=_use(request), keys=keyring(), actor=SUBJECT, now=clock.now())
    return redirect("choices")


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    session = session_of(request)
    if session is None:
        return redirect("history")
    service.withdraw(session=session, use=_use(request), actor=SUBJECT, now=clock.now())
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


def _services(standings: Iterable[Standing]) -> list[dict[str, object]]:
    """Each service under its brand, with what she may allow it, one by one."""
    grouped = groupby(standings, key=lambda standing: standing.service)
    return [{"brand": _brand(each), "uses": [_shown(one) for one in of_it]} for each, of_it in grouped]


def _brand(approved: Service) -> str:
    return approved.brand_zh if in_chinese() else approved.brand_en


def _shown(standing: Standing) -> dict[str, object]:
    purpose = terms().purposes[standing.use.purpose]
    return {
        "use": standing.use,
        "purpose": purpose.zh if in_chinese() else purpose.en,
        "channel": _CHANNELS[standing.use.channel],
        "is_allowed": standing.is_allowed,
        "since": standing.since,
    }
