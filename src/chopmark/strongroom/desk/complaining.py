"""`/history/<line>/…`: the subject takes the proof of a line along, or tells the owner that she does not recognise it."""

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from chopmark.look import formats
from chopmark.look.language import in_chinese
from chopmark.pki.tlog.proof import encode_proof
from chopmark.strongroom import clock
from chopmark.strongroom.actors import SUBJECT
from chopmark.strongroom.keys.keyring import Keyring
from chopmark.strongroom.log.proofs import proof_of
from chopmark.strongroom.models import Complaint, Outcome
from chopmark.strongroom.services import complaints

RECORD = "record"  # in the session of a subject who has signed in
OUTCOMES: Final[dict[Outcome, Promise]] = {
    Outcome.IN_ORDER: gettext_lazy("This was in order"),
    Outcome.NOT_IN_ORDER: gettext_lazy("This should not have happened"),
    Outcome.STILL_LOOKING: gettext_lazy("We are still looking into this"),
}


@require_safe
def proof(request: HttpRequest, leaf_id: int) -> HttpResponse:
    """The proof of one line, as a file that anybody can check without us."""
    if RECORD not in request.session:
        return redirect("history")
    complaints.line(UUID(request.session[RECORD]), leaf_id, clock.now())
    made = proof_of(leaf_id)
    response = HttpResponse(encode_proof(made), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="proof-{made.index}.tlog-proof"'
    return response


@require_http_methods(["GET", "POST"])
def complaint(request: HttpRequest, leaf_id: int) -> HttpResponse:
    """What will happen, then (posted) the complaint, then its number and what happens next."""
    from chopmark.strongroom.desk.history import lines

    if RECORD not in request.session:
        return redirect("history")
    record_id = UUID(request.session[RECORD])
    if request.method == "POST":
        complaints.complain(record_id=record_id, leaf_id=leaf_id, actor=SUBJECT, now=clock.now())
        return redirect("history-complaint", leaf_id)
    opening = complaints.line(record_id, leaf_id, clock.now())
    known = Complaint.objects.filter(opening=opening).first()
    shown = lines([opening])[0]
    page = {"line": shown, "complaint": known, "what": shown["more"][0]}  # type: ignore[index]  # lists of words
    return render(request, "strongroom/complaint.html", page)


def told(known: Complaint, *, keys: Keyring) -> list[str]:
    """What was said of a line since: the complaint by its number, and each answer in words."""
    words = [_("You told us that you do not recognise this: complaint %(reference)s.") % _named(known)]
    for answer in complaints.answers(known, keys=keys):
        said = _("Our answer of %(day)s: %(outcome)s.") % {
            "day": formats.day(timezone.localtime(answer.answered_at).date(), chinese=in_chinese()),
            "outcome": OUTCOMES[answer.outcome],
        }
        words.append(f"{said} {answer.words}".strip())
    return words


def _named(known: Complaint) -> dict[str, str]:
    return {"reference": " ".join(formats.reference(known.reference))}
