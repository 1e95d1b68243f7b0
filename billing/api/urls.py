"""The addresses of offers."""

from __future__ import annotations

from django.urls import path

from billing.api.views import OfferList

urlpatterns = [path("offers/", OfferList.as_view(), name="api-offers")]
