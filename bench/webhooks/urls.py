"""Ours, and where dj-stripe's own instructions put its view."""

from django.urls import include, path

from fsarsite.urls import urlpatterns as _ours

urlpatterns = [*_ours, path("djstripe/", include("djstripe.urls", namespace="djstripe"))]
