"""Who is asking, and by what leave: the first line of every view that is not for everybody."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils.functional import Promise

from chopmark.authority.kernel import clock
from chopmark.authority.kernel.actors import Actor, ActorKind
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.participants.selectors import actor_of_login, ending_soon, require_permission
from chopmark.authority.web.answers import refused
from chopmark.authority.web.words import CLEARANCES
from chopmark.pki.refusals import Refusal

P = ParamSpec("P")


class ActingRequest(HttpRequest):
    """A request of somebody who is signed in and may ask this."""

    actor: Actor
    # Of what she is cleared by, what ends soon: words and day, for the warning on every page.
    endings: list[tuple[Promise, date]]


View = Callable[Concatenate[ActingRequest, P], HttpResponseBase]
AnyView = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def permitted(permission: Permission) -> Callable[[View[P]], AnyView[P]]:
    """Let in only those who hold the permission; others are sent to sign in, or told why not."""

    def decorate(view: View[P]) -> AnyView[P]:
        @wraps(view)
        def perform(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not _is_signed_in(request, permission):
                return _to_sign_in(request, permission)
            try:
                actor = actor_of_login(_login_id(request), now=clock.now())
                require_permission(actor, permission)
                request.actor = actor  # type: ignore[attr-defined]  # from here on it is an ActingRequest
                request.endings = _endings(actor)  # type: ignore[attr-defined]  # as above
                return view(request, *args, **kwargs)  # type: ignore[arg-type]
            except Refusal as refusal:
                return refused(request, refusal)

        return perform

    return decorate


def _endings(actor: Actor) -> list[tuple[Promise, date]]:
    if actor.kind is ActorKind.APPLICANT or actor.participant_id is None:
        return []
    ending = ending_soon(actor.participant_id, now=clock.now())
    return [(CLEARANCES[kind], last) for kind, last in ending.items()]


def anybody(view: AnyView[P]) -> AnyView[P]:
    """A view without a permission: for everybody, and its refusals are worded all the same."""

    @wraps(view)
    def perform(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Refusal as refusal:
            return refused(request, refusal)

    return perform


def by_post(view: AnyView[P]) -> AnyView[P]:
    """An act: only a form does it. Whoever comes by a link, such as the other language's, sees the page that the form is on."""

    @wraps(view)
    def perform(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return (
            view(request, *args, **kwargs)
            if request.method == "POST"
            else HttpResponseRedirect(_page_of(request.path))
        )

    return perform


def _page_of(path: str) -> str:
    """`/portal/applications/AP…/accept` belongs to `/portal/applications/AP…/`; what has no page of its own, to the face."""
    parts = path.split("/")
    if len(parts) > 4:
        return "/".join([*parts[:4], ""])
    if parts[1:3] == ["staff", "review"]:
        return "/staff/review/"
    return "/counter/" if parts[1] in ("counter", "staff") else "/portal/"


def _login_id(request: HttpRequest) -> int:
    return int(request.user.pk or 0)


def _is_signed_in(request: HttpRequest, permission: Permission) -> bool:
    """Staff count as signed in only after their one-time code."""
    if not request.user.is_authenticated:
        return False
    return permission.startswith("portal:") or bool(request.user.is_verified())  # type: ignore[attr-defined]  # django-otp puts it there


def _to_sign_in(request: HttpRequest, permission: Permission) -> HttpResponse:
    door = "/portal/sign-in" if permission.startswith("portal:") else "/staff/sign-in"
    back = request.get_full_path() if request.method == "GET" else ""
    return HttpResponseRedirect(f"{door}?{urlencode({'next': back})}" if back else door)
