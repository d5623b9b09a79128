"""Addresses of the portal. An application's number is the only thing about anybody that stands in one."""

from django.urls import path

from chopmark.authority.web.portal import applying, certificates, signing_in, waiting

urlpatterns = [
    path("apply/", applying.choose),
    path("apply/<slug:code>/", applying.begin),
    path("apply/<slug:code>/agreement", applying.agree),
    path("desk-return", applying.desk_return),
    path("portal/sign-in", signing_in.sign_in),
    path("portal/sign-out", signing_in.sign_out),
    path("portal/", waiting.home),
    path("portal/applications/<slug:reference>/", waiting.application),
    path("portal/applications/<slug:reference>/withdraw", waiting.withdraw),
    path("portal/applications/<slug:reference>/accept", certificates.accept),
    path("portal/applications/<slug:reference>/reject", certificates.reject),
    path("portal/applications/<slug:reference>/certificate", certificates.download),
    path("portal/applications/<slug:reference>/key", certificates.download_key),
    path("portal/applications/<slug:reference>/key/kept", certificates.key_kept),
    path("portal/certificates/<int:issuer_id>/<slug:serial>/revoke", certificates.revoke),
    path("portal/receipts/<slug:reference>", waiting.receipt),
]
