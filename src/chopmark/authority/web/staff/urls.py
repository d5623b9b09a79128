"""Addresses of staff's own doors, and of the register of staff."""

from django.urls import path

from chopmark.authority.web.staff import people, reviews, views

urlpatterns = [
    path("sign-in", views.sign_in),
    path("sign-out", views.sign_out),
    path("welcome/<str:token>", views.welcome),
    path("authenticator", views.authenticator),
    path("people/", people.people),
    path("people.csv", people.people_sheet),
    path("people/<slug:number>/", people.person),
    path("people/<slug:number>/cleared", people.cleared),
    path("people/<slug:number>/leaves", people.leaves),
    path("people/<slug:number>/confirm", reviews.confirm),
    path("people/<slug:number>/withdraw", reviews.withdraw),
    path("review/", reviews.review),
    path("review/open", reviews.open_now),
]
