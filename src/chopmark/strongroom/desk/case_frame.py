"""The frame of an officer's own pages: who may see them, and how one goes from one to the next."""

import functools
from collections.abc import Callable, Mapping
from typing import Concatenate, ParamSpec, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from chopmark.strongroom import clock
from chopmark.strongroom.desk.officer import refuse_supervisor, signed_in_officer
from chopmark.strongroom.models import Officer
from chopmark.strongroom.roles import OfficerRole
from chopmark.strongroom.services import two_persons

P = ParamSpec("P")


def officers_only(
    view: Callable[Concatenate[HttpRequest, Officer, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let in every officer who signed in with her own password and device, but a supervisor's; the view gets the officer."""

    @functools.wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        officer = signed_in_officer(request)
        if officer is None:
            return redirect(f"{settings.LOGIN_URL}?next={request.path}")
        refuse_supervisor(request, officer)
        return view(request, officer, *args, **kwargs)

    return cast(Callable[Concatenate[HttpRequest, P], HttpResponse], guarded)


def show(
    request: HttpRequest,
    officer: Officer,
    template: str,
    here: str,
    page: Mapping[str, object],
    *,
    status: int = 200,
) -> HttpResponse:
    """A page in the frame, with its place marked and how many requests wait for this officer."""
    waiting = two_persons.waiting(clock.now()).exclude(asked_by=officer.number).count()
    frame = {"officer": officer, "here": here, "waiting": waiting}
    frame["is_owner"] = officer.role == OfficerRole.OWNER
    return render(request, f"strongroom/cases/{template}.html", {**frame, **page}, status=status)
