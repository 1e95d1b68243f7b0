"""The routes of the REST API, version 1."""

from __future__ import annotations

from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

from fsarsite.problem_page import problem_page

urlpatterns = [
    path("", include("proposals.api.urls")),
    path("", include("execution.api.urls")),
    path("", include("billing.api.urls")),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api-schema"), name="api-docs"),
    path("problems/<slug:slug>", problem_page, name="api-problem"),
]
