"""Addresses of staff's own doors."""

from django.urls import path

from chopmark.authority.web.staff import views

urlpatterns = [
    path("sign-in", views.sign_in),
    path("sign-out", views.sign_out),
    path("welcome/<str:token>", views.welcome),
    path("authenticator", views.authenticator),
]
