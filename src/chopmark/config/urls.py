"""The addresses of the authority's web process."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from chopmark.config import health, published

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    re_path(r"^log/(?P<name>[\w./-]+)$", published.log_file),
    re_path(r"^(?P<name>(?:crl|ca)/[\w.-]+)$", published.public_file),
    path("", include("chopmark.authority.web.urls")),
]

# What cannot be answered is said in the product's own words, and repeats nothing of the request.
handler400 = "chopmark.look.errors.bad_request"
handler403 = "chopmark.look.errors.forbidden"
handler404 = "chopmark.look.errors.not_found"
handler500 = "chopmark.look.errors.server_error"
