"""The shop's pages."""

from __future__ import annotations

from django.urls import path

from billing.views import shop

app_name = "billing"
urlpatterns = [
    path("", shop.offers, name="offers"),
    path("<slug:slug>/", shop.offer, name="offer"),
]
