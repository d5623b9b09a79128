"""Addresses of the counter."""

from django.urls import path

from chopmark.authority.web.counter import cases, desk, holds, releases

urlpatterns = [
    path("counter/", desk.desk),
    path("counter/desk-return", cases.desk_return),
    path("counter/cases/<slug:reference>/", cases.case),
    path("counter/cases/<slug:reference>/sighting", cases.sighting),
    path("counter/cases/<slug:reference>/evidence", cases.evidence),
    path("counter/cases/<slug:reference>/fee", cases.fee),
    path("counter/cases/<slug:reference>/envelope", cases.envelope),
    path("counter/cases/<slug:reference>/release", cases.release),
    path("counter/cases/<slug:reference>/refuse", cases.refuse),
    path("counter/holds/", holds.holds),
    path("counter/holds/<int:issuer_id>/<slug:serial_hex>/", holds.certificate),
    path("counter/holds/<int:issuer_id>/<slug:serial_hex>/suspend", holds.suspend),
    path("counter/holds/<int:issuer_id>/<slug:serial_hex>/release", holds.release),
    path("counter/holds/<int:issuer_id>/<slug:serial_hex>/revoke", holds.revoke),
    path("counter/receipts/<slug:reference>", cases.receipt),
    path("counter/releases/", releases.releases),
    path("counter/releases/<slug:reference>/", releases.decide),
    path("counter/releases/<slug:reference>/approve", releases.approve),
]
