"""The owner's keys: which key-encryption key wraps how many records. What changes them is typed at her machine."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from chopmark.strongroom.desk.owner.frame import looked_at, show
from chopmark.strongroom.keys import unsealing
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.models import Officer
from chopmark.strongroom.options import Options
from chopmark.strongroom.services import wrapping_keys


@looked_at
@require_safe
def listed(request: HttpRequest, officer: Officer) -> HttpResponse:
    keys = keyring()
    opened = keys.kek.open_keys()
    rows = [
        {"number": number, "records": records, "newest": number == keys.kek.newest, "open": number in opened}
        for number, records in wrapping_keys.counts(keys).items()
    ]
    page = {
        "rows": rows,
        "left": sum(row["records"] for row in rows if not row["newest"]),
        "shares": unsealing.share_set(Options.read()),
    }
    return show(request, officer, "keys", "owner-keys", page)
