"""`/owner/openings/report`: the openings of some days on paper, for a report, both languages on one sheet (design 7)."""

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from chopmark.look import formats
from chopmark.strongroom import clock, overview
from chopmark.strongroom.desk.owner import places
from chopmark.strongroom.desk.owner.frame import LINES_ON_PAPER, looked_at, period_of, with_query
from chopmark.strongroom.desk.owner.pages import GROUPINGS, label
from chopmark.strongroom.log.book import BOOK
from chopmark.strongroom.models import Officer
from chopmark.strongroom.overview import Grouping, Period, Place

# By the hour would be a list for a screen, not for a report.
_ON_PAPER: Final = (Grouping.PURPOSE, Grouping.OFFICER, Grouping.OUTLET, Grouping.DAY)


@looked_at
@require_safe
def report(request: HttpRequest, officer: Officer) -> HttpResponse:
    """Counts only, with the head of the log that they were counted under."""
    now = timezone.localtime(clock.now())
    _form, period = period_of(request)
    place = places.read(request.GET.get("place", ""))
    page = {
        "officer": officer,
        "days": _both(lambda chinese: formats.period(period.first, period.last, chinese=chinese)),
        "printed": _both(lambda chinese: formats.moment(now, chinese=chinese, seconds=True)),
        "place": _both(lambda _chinese: places.words(place)) if place else None,
        "tables": list(_tables(period, place)),
        "total": overview.openings_total(period, place),
        "head": BOOK.newest(),
        "most": LINES_ON_PAPER,
        "back_href": f"{reverse('owner-openings')}{with_query(request)}",
    }
    return render(request, "strongroom/owner/report.html", page)


def _tables(period: Period, place: Place | None) -> Iterator[dict[str, Any]]:
    for grouping in _ON_PAPER:
        rows = list(overview.openings_by(grouping, period, place)[: LINES_ON_PAPER + 1])
        heading = GROUPINGS[grouping]
        yield {
            "name": grouping.value,
            "heading": _both(lambda _chinese, heading=heading: str(heading)),  # type: ignore[misc]  # bound now, not later
            "rows": [row | {"label": _label(grouping, row)} for row in rows[:LINES_ON_PAPER]],
            "is_cut": len(rows) > LINES_ON_PAPER,
        }


def _label(grouping: Grouping, row: dict[str, Any]) -> dict[str, str]:
    return _both(lambda _chinese: label(grouping, row))


def _both(say: Callable[[bool], str]) -> dict[str, str]:
    """The same in both languages; one of them where they say it alike."""
    with translation.override("en"):
        english = say(False)
    with translation.override("zh-hant"):
        chinese = say(True)
    return {"en": english, "zh": "" if chinese == english else chinese}
