"""The customers' pages."""

from __future__ import annotations

from django.urls import path

from billing import views

app_name = "billing"
urlpatterns = [
    path("", views.offers, name="offers"),
    path("<slug:slug>/", views.offer, name="offer"),
]
