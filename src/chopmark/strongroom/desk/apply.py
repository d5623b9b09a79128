"""`/apply`: an applicant gives her particulars to the owner, and takes a signed receipt back."""

from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.look.language import current
from chopmark.strongroom import clock, hkid
from chopmark.strongroom.actors import SUBJECT
from chopmark.strongroom.desk import links, notes
from chopmark.strongroom.desk.forms import ParticularsForm
from chopmark.strongroom.errors import LinkBroken
from chopmark.strongroom.keys.keyring import keyring
from chopmark.strongroom.particulars import Particulars
from chopmark.strongroom.services.submit import HERE, Errand, Submitted, submit_application

NOTE = "recorded"


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def apply(request: HttpRequest) -> HttpResponse:
    now = clock.now()
    errand = links.errand(request.GET)
    form = ParticularsForm(request.POST or None, today=now.astimezone(HERE).date())
    if request.method == "POST" and form.is_valid():
        keys = keyring()
        submitted = submit_application(
            errand=errand,
            particulars=form.particulars,
            language=current().code,
            keys=keys,
            actor=SUBJECT,
            now=now,
        )
        notes.put(request, NOTE, _note(errand, form.particulars, submitted), keys=keys)
        return redirect("apply-done")
    page = {"form": form, "errand": errand, "query": links.query(request.GET), "steps": steps(), **_back()}
    return render(request, "strongroom/apply.html", page, status=422 if form.is_bound else 200)


@require_safe
def done(request: HttpRequest) -> HttpResponse:
    """What was recorded, masked; the access code, this once; and the way back."""
    keys = keyring()
    note = notes.take(request, NOTE, keys=keys)
    if note is None:
        raise LinkBroken
    # The receipt stays for a page that is loaded again; the code does not.
    notes.put(request, NOTE, note | {"access_code": None}, keys=keys)
    page = {
        "note": note,
        "code": _grouped(note["access_code"]),
        "steps": steps(),
        "return_address": f"{settings.PORTAL_URL}/desk-return",
        "language": current().code,
    }
    return render(request, "strongroom/apply_done.html", page)


def steps() -> list[dict[str, str]]:
    """The application's steps as the portal shows them: one journey over two origins."""
    names = [
        _("Type"),
        _("Key and agreement"),
        _("Your details"),
        _("Identity check and fee"),
        _("Check and accept"),
    ]
    states = ["done", "done", "now", "later", "later"]
    return [{"name": name, "state": state} for name, state in zip(names, states, strict=True)]


def _note(errand: Errand, particulars: Particulars, submitted: Submitted) -> dict[str, str | None]:
    return {
        "reference": errand.reference,
        "receipt": submitted.receipt,
        "access_code": submitted.access_code,
        "name": particulars.name,
        "chinese_name": particulars.chinese_name,
        "email": particulars.email,
        "hkid": hkid.masked(particulars.hkid),
        "phone": f"•••• {particulars.phone[-4:]}",
    }


def _back() -> dict[str, str]:
    query = urlencode({"lang": current().code})
    return {"back_href": f"{settings.PORTAL_URL}/apply/?{query}", "back_text": _("Back to the application")}


def _grouped(code: str | None) -> list[str]:
    return [code[start : start + 4] for start in range(0, len(code), 4)] if code else []
