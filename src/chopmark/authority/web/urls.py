"""The faces' addresses."""

from django.urls import include, path

urlpatterns = [
    path("", include("chopmark.authority.web.public.urls")),
    path("", include("chopmark.authority.web.portal.urls")),
    path("", include("chopmark.authority.web.counter.urls")),
    path("console/", include("chopmark.authority.web.console.urls")),
    path("staff/", include("chopmark.authority.web.staff.urls")),
]
