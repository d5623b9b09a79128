"""Addresses of the console."""

from django.urls import path

from chopmark.authority.web.console import campaigns, deciding

urlpatterns = [
    path("", campaigns.first_page),
    path("campaigns/", campaigns.campaigns),
    path("campaigns/<slug:reference>/", campaigns.campaign),
    path("campaigns/<slug:reference>/failures", campaigns.failures),
    path("campaigns/<slug:reference>/report", campaigns.report),
    path("campaigns/<slug:reference>/report.json", campaigns.report_file),
    path("campaigns/<slug:reference>/approve", deciding.approve),
    path("campaigns/<slug:reference>/start", deciding.start),
    path("campaigns/<slug:reference>/pause", deciding.pause),
    path("campaigns/<slug:reference>/resume", deciding.resume),
]
