"""`/owner/log`: how far the log is signed, public and cosigned, and what its witnesses would not sign."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from chopmark.strongroom import clock, overview
from chopmark.strongroom.desk.owner import words
from chopmark.strongroom.desk.owner.frame import looked_at, paged, show
from chopmark.strongroom.log import standing
from chopmark.strongroom.log.keys import own_key
from chopmark.strongroom.log.models import WitnessRefusal
from chopmark.strongroom.models import Officer
from chopmark.strongroom.options import Options
from chopmark.strongroom.policy.models import Finding


@looked_at
@require_safe
def state(request: HttpRequest, officer: Officer) -> HttpResponse:
    now = clock.now()
    page = paged(request, standing.refusals())
    page |= {
        "log": overview.log_state(now),
        "published": standing.published(now),
        "cosigners": list(standing.cosigners(now)),
        "patience": int(Options.read().witness_patience.total_seconds() // 60),
        "key": str(own_key()),
        "rows": [_row(each) for each in page["lines"]],  # type: ignore[attr-defined]  # a page of refusals
    }
    return show(request, officer, "log", "owner-log", page)


def _row(one: WitnessRefusal) -> dict[str, Any]:
    seen = getattr(one.alert, "acknowledged", None)
    return {
        "refusal": one,
        "name": one.witness.partition("+")[0],
        "seen": seen,
        "found": words.FINDINGS[Finding(seen.finding)] if seen and seen.finding else "",
    }
