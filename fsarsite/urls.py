"""Where each page lives."""

from __future__ import annotations

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from billing.views.webhook import webhook
from fsarsite.health import healthz
from proposals.views import rule_page

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index"), name="home"),
    path("admin/", admin.site.urls),
    path("api/v1/", include("fsarsite.api")),
    path("offers/", include("billing.urls")),
    path("orders/", include("billing.order_urls")),
    path("stripe/webhook/", webhook, name="stripe-webhook"),
    path("rules/<path:rule_id>/", rule_page, name="rule"),
    path("healthz", healthz, name="healthz"),
]
