"""The owner's first page, and the tables of openings and refusals: counts, purposes, officers' numbers."""

from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from chopmark.look import formats
from chopmark.look.language import in_chinese
from chopmark.strongroom import clock, overview
from chopmark.strongroom.desk.owner import places
from chopmark.strongroom.desk.owner.frame import looked_at, paged, period_of, show, with_query
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.models import Officer
from chopmark.strongroom.overview import Grouping, Place
from chopmark.strongroom.problems import WORDS
from chopmark.strongroom.purposes import DESK, terms

GROUPINGS: Final[dict[Grouping, Promise]] = {
    Grouping.PURPOSE: gettext_lazy("Purpose"),
    Grouping.OFFICER: gettext_lazy("Officer"),
    Grouping.DAY: gettext_lazy("Day"),
    Grouping.HOUR: gettext_lazy("Hour"),
    Grouping.OUTLET: gettext_lazy("Outlet"),
}


@looked_at
@require_safe
def home(request: HttpRequest, officer: Officer) -> HttpResponse:
    now = clock.now()
    page = {"numbers": overview.numbers(now), "log": overview.log_state(now), "key": str(own_key())}
    return show(request, officer, "home", "owner-home", page)


@looked_at
@require_safe
def openings(request: HttpRequest, officer: Officer) -> HttpResponse:
    """How often records were opened, by purpose, officer, day, hour or outlet; from one place, or from all."""
    form, period = period_of(request)
    asked = request.GET.get("by", "")
    grouping = Grouping(asked) if asked in list(Grouping) else Grouping.PURPOSE
    place = places.read(request.GET.get("place", ""))
    page = paged(request, overview.openings_by(grouping, period, place))
    rows = [row | _named(request, grouping, row) for row in _rows(page)]
    groupings = [
        {"name": one.value, "words": words, "href": with_query(request, by=one.value, page="")}
        for one, words in GROUPINGS.items()
    ]
    page |= {"form": form, "period": period, "rows": rows, "groupings": groupings}
    page |= {"by": grouping.value, "heading": GROUPINGS[grouping], "outlets": grouping is Grouping.OUTLET}
    page |= {"report": f"{reverse('owner-openings-report')}{with_query(request, page='')}"}
    if place is not None:
        page |= {"place": str(place), "place_words": places.words(place)}
        page |= {"all_places": with_query(request, place="", page="")}
    return show(request, officer, "openings", "owner-openings", page, status=422 if form.errors else 200)


@looked_at
@require_safe
def refusals(request: HttpRequest, officer: Officer) -> HttpResponse:
    """What was asked for and not shown, and why."""
    form, period = period_of(request)
    page = paged(request, overview.refusals(period))
    rows = [
        row | {"why": WORDS[row["refused"]].says, "who": _who(row["caller"], row["actor"])}
        for row in _rows(page)
    ]
    page |= {"form": form, "period": period, "rows": rows}
    return show(request, officer, "refusals", "owner-refusals", page, status=422 if form.errors else 200)


def _rows(page: dict[str, Any]) -> list[dict[str, Any]]:
    return list(page["lines"])


def _named(request: HttpRequest, grouping: Grouping, row: dict[str, Any]) -> dict[str, str]:
    """What a row is called; an outlet leads to the openings from there."""
    named = {"label": label(grouping, row)}
    if grouping is Grouping.OUTLET:
        there = str(Place(row["caller"], row["key"]))
        named["href"] = with_query(request, by=Grouping.PURPOSE.value, place=there, page="")
    return named


def label(grouping: Grouping, row: dict[str, Any]) -> str:
    """A row of a count, in the page's language."""
    key = row["key"]
    if grouping is Grouping.PURPOSE:
        return _purpose(key)
    if grouping is Grouping.OFFICER:
        return _who(row["caller"], key)
    if grouping is Grouping.OUTLET:
        return places.words(Place(row["caller"], key))
    return _when(key, hour=grouping is Grouping.HOUR)


def _purpose(name: str) -> str:
    # A word that was never agreed is the caller's own, and may be anything: it is counted, not repeated.
    agreed = terms().purposes.get(name)
    if agreed is None:
        return _("A purpose that was not agreed")
    return agreed.zh if in_chinese() else agreed.en


def _who(caller: str, actor: str) -> str:
    if caller == DESK:
        return _("Officer %(number)s, at this desk") % {"number": actor}
    return _("The operator’s system (%(actor)s)") % {"actor": actor}


def _when(moment: datetime, *, hour: bool) -> str:
    here = timezone.localtime(moment)
    if hour:
        return formats.moment(here, chinese=in_chinese(), short=True)
    return formats.day(here.date(), chinese=in_chinese(), short=True)
