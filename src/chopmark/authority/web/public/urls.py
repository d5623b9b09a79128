"""Addresses of the public face."""

from django.urls import path, re_path

from chopmark.authority.web.public import views

urlpatterns = [
    path("", views.home, name="home"),
    path("check", views.check, name="check"),
    re_path(r"^repository/(?P<serial>(?:[0-9A-Fa-f]{2}){1,20})\.crt$", views.repository, name="repository"),
]
