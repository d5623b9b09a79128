"""Campaigns as operators read them: which there are, how far each is, what became of its lines."""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from chopmark.authority.campaigns import selectors
from chopmark.authority.campaigns.accepting import acceptance
from chopmark.authority.kernel import clock
from chopmark.authority.participants.permissions import Permission
from chopmark.authority.web.acting import ActingRequest, permitted
from chopmark.authority.web.console import shown
from chopmark.authority.web.console.counting import answered

CAMPAIGNS = 20
LINES = 50
AT_ONCE = 1000


@require_safe
@permitted(Permission.CONSOLE_CAMPAIGN_RUN)
def first_page(request: ActingRequest) -> HttpResponse:
    return HttpResponseRedirect("/console/campaigns/")


@require_safe
@permitted(Permission.CONSOLE_CAMPAIGN_RUN)
def campaigns(request: ActingRequest) -> HttpResponse:
    page = Paginator(selectors.newest_first(), CAMPAIGNS).get_page(request.GET.get("page"))
    lines = [shown.campaign_line(one) for one in page]
    return render(request, "web/console/campaigns.html", {"here": "campaigns", "page": page, "lines": lines})


@never_cache
@require_safe
@permitted(Permission.CONSOLE_CAMPAIGN_RUN)
def campaign(request: ActingRequest, reference: str) -> HttpResponse:
    """One campaign; a script that refreshes it is answered with how far it is and no more."""
    alone = request.headers.get("HX-Request") == "true"
    template = "web/console/progress.html" if alone else "web/console/campaign.html"
    # Counted apart from what is asked every five seconds: of a million it takes a while.
    said = {} if alone else {"answered": answered(selectors.by_reference(reference))}
    answer = render(request, template, {**context_of(request, reference), **said})
    patch_vary_headers(answer, ["HX-Request"])
    return answer


@require_safe
@permitted(Permission.CONSOLE_CAMPAIGN_RUN)
def failures(request: ActingRequest, reference: str) -> HttpResponse:
    """The lines that failed, by where they stand in the plan: no record, no name."""
    found = selectors.failures(selectors.by_reference(reference))
    page = Paginator(found, LINES).get_page(request.GET.get("page"))
    lines = [shown.failure_line(one) for one in page]
    context = {**context_of(request, reference), "page": page, "lines": lines}
    return render(request, "web/console/failures.html", context)


@require_safe
@permitted(Permission.CONSOLE_CAMPAIGN_RUN)
def report(request: ActingRequest, reference: str) -> HttpResponse:
    """The report on a sheet of paper."""
    said = {"answered": answered(selectors.by_reference(reference)), "printed_at": clock.now()}
    context = {**context_of(request, reference), **said}
    return render(request, "web/console/report.html", context)


@require_safe
@permitted(Permission.CONSOLE_CAMPAIGN_RUN)
def report_file(request: ActingRequest, reference: str) -> StreamingHttpResponse:
    """The report as `chopmark campaign report --json` prints it, sent while it is read: a million lines are never held."""
    found = selectors.by_reference(reference)
    answer = StreamingHttpResponse(_written(found), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{found.reference}.json"'
    return answer


def _written(campaign: Any) -> Iterator[str]:
    said = selectors.progress(campaign).as_json() | acceptance(campaign)
    yield json.dumps(said, indent=2).removesuffix("\n}")
    yield ',\n  "failed_lines": {'
    between, end = "", ""
    lines = selectors.failed_lines(campaign)
    while some := list(islice(lines, AT_ONCE)):
        yield between + ",".join(f"\n    {json.dumps(name)}: {json.dumps(code)}" for name, code in some)
        between, end = ",", "\n  "
    yield end + "}\n}"


def context_of(request: ActingRequest, reference: str) -> dict[str, Any]:
    found = selectors.by_reference(reference)
    page = shown.campaign_page(found, reader=request.actor.id, now=clock.now())
    return {"here": "campaigns", "campaign": page}
