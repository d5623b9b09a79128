"""The desk's pages. The machine door has no pages: see `machine.py`."""

from django.urls import path

from chopmark.strongroom.desk import apply, choices, complaining, front, history, officer
from chopmark.strongroom.desk.owner import complaining as owner_complaints
from chopmark.strongroom.desk.owner import pages as owner_pages

urlpatterns = [
    path("", front.home, name="home"),
    path("apply", apply.apply, name="apply"),
    path("apply/done", apply.done, name="apply-done"),
    path("officer/welcome/<str:token>", officer.welcome, name="officer-welcome"),
    path("officer/sign-in", officer.sign_in, name="officer-sign-in"),
    path("officer/sign-out", officer.sign_out, name="officer-sign-out"),
    path("officer/check", officer.check, name="officer-check"),
    path("officer/check/confirm", officer.confirm, name="officer-confirm"),
    path("history", history.history, name="history"),
    path("history/choices", choices.choices, name="choices"),
    path("history/choices/allow", choices.allow, name="choices-allow"),
    path("history/choices/withdraw", choices.withdraw, name="choices-withdraw"),
    path("history/<int:leaf_id>/proof", complaining.proof, name="history-proof"),
    path("history/<int:leaf_id>/complaint", complaining.complaint, name="history-complaint"),
    path("history/sign-out", history.sign_out, name="history-sign-out"),
    path("owner/", owner_pages.home, name="owner-home"),
    path("owner/openings", owner_pages.openings, name="owner-openings"),
    path("owner/refusals", owner_pages.refusals, name="owner-refusals"),
    path("owner/complaints", owner_complaints.listed, name="owner-complaints"),
    path("owner/complaints/<int:complaint_id>", owner_complaints.one, name="owner-complaint"),
    path("healthz", front.healthz),
    path("readyz", front.readyz),
]

handler400 = "chopmark.look.errors.bad_request"
handler403 = "chopmark.look.errors.forbidden"
handler404 = "chopmark.look.errors.not_found"
handler500 = "chopmark.look.errors.server_error"
