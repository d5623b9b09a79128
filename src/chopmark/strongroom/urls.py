"""The desk's pages. The machine door has no pages: see `machine.py`."""

from django.urls import path

from chopmark.strongroom.desk import (
    apply,
    cases,
    choices,
    complaining,
    front,
    history,
    known_certificates,
    officer,
    second,
)
from chopmark.strongroom.desk.owner import alerting, assessing, grants, keys, logbook, reporting, retaining
from chopmark.strongroom.desk.owner import complaining as owner_complaints
from chopmark.strongroom.desk.owner import officers as owner_officers
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
    path("officer/cases", cases.listed, name="officer-cases"),
    path("officer/cases/new", cases.new, name="officer-case-new"),
    path("officer/cases/<uuid:case_id>", cases.one, name="officer-case"),
    path("officer/cases/<uuid:case_id>/ask", cases.ask, name="officer-case-ask"),
    path("officer/cases/<uuid:case_id>/close", cases.close, name="officer-case-close"),
    path(
        "officer/cases/<uuid:case_id>/open/<uuid:request_id>", cases.open_confirmed, name="officer-case-open"
    ),
    path("officer/requests", second.listed, name="officer-requests"),
    path("officer/requests/<uuid:request_id>", second.one, name="officer-request"),
    path("officer/requests/<uuid:request_id>/confirm", second.confirm, name="officer-request-confirm"),
    path("officer/requests/<uuid:request_id>/decline", second.decline, name="officer-request-decline"),
    path("history", history.history, name="history"),
    path("history/choices", choices.choices, name="choices"),
    path("history/choices/allow", choices.allow, name="choices-allow"),
    path("history/choices/withdraw", choices.withdraw, name="choices-withdraw"),
    path("history/certificates", known_certificates.listed, name="certificates"),
    path("history/certificates/ask", known_certificates.ask, name="certificate-ask"),
    path("history/certificates/<uuid:challenge_id>", known_certificates.new, name="certificate-new"),
    path("history/certificates/<uuid:challenge_id>/text", known_certificates.text, name="certificate-text"),
    path("history/<int:leaf_id>/proof", complaining.proof, name="history-proof"),
    path("history/<int:leaf_id>/complaint", complaining.complaint, name="history-complaint"),
    path("history/sign-out", history.sign_out, name="history-sign-out"),
    path("owner/", owner_pages.home, name="owner-home"),
    path("owner/openings", owner_pages.openings, name="owner-openings"),
    path("owner/openings/report", reporting.report, name="owner-openings-report"),
    path("owner/refusals", owner_pages.refusals, name="owner-refusals"),
    path("owner/complaints", owner_complaints.listed, name="owner-complaints"),
    path("owner/complaints/<int:complaint_id>", owner_complaints.one, name="owner-complaint"),
    path("owner/alerts", alerting.listed, name="owner-alerts"),
    path("owner/alerts/<int:alert_id>", alerting.alert, name="owner-alert"),
    path("owner/stops/<int:stop_id>", alerting.stop, name="owner-stop"),
    path("owner/grants", grants.listed, name="owner-grants"),
    path("owner/grants/new", grants.new, name="owner-grant-new"),
    path("owner/grants/<uuid:grant_id>", grants.one, name="owner-grant"),
    path("owner/grants/<uuid:grant_id>/sign", grants.sign, name="owner-grant-sign"),
    path("owner/grants/<uuid:grant_id>/end", grants.end, name="owner-grant-end"),
    path("owner/retention", retaining.listed, name="owner-retention"),
    path("owner/retention/shred", retaining.shred, name="owner-shred"),
    path("owner/retention/holds", retaining.holds, name="owner-holds"),
    path("owner/retention/holds/new", retaining.hold, name="owner-hold-new"),
    path("owner/retention/holds/<int:hold_id>/lift", retaining.lift, name="owner-hold-lift"),
    path("owner/assessments", assessing.listed, name="owner-assessments"),
    path("owner/assessments/new", assessing.new, name="owner-assessment-new"),
    path("owner/assessments/<int:number>", assessing.one, name="owner-assessment"),
    path("owner/assessments/<int:number>/new", assessing.new, name="owner-assessment-version"),
    path("owner/officers", owner_officers.listed, name="owner-officers"),
    path("owner/officers/<slug:officer_number>", owner_officers.one, name="owner-officer"),
    path("owner/officers/<slug:officer_number>/remove", owner_officers.remove, name="owner-officer-remove"),
    path("owner/keys", keys.listed, name="owner-keys"),
    path("owner/log", logbook.state, name="owner-log"),
    path("healthz", front.healthz),
    path("readyz", front.readyz),
]

handler400 = "chopmark.look.errors.bad_request"
handler403 = "chopmark.look.errors.forbidden"
handler404 = "chopmark.look.errors.not_found"
handler500 = "chopmark.look.errors.server_error"
