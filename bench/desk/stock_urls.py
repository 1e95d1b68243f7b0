"""A plain site with a plain ModelAdmin for each model of ours."""

from django.apps import apps
from django.contrib import admin
from django.urls import path

SITE = admin.AdminSite()
for _model in apps.get_models():
    if _model._meta.app_label in {"proposals", "execution", "billing"}:  # noqa: SLF001 - documented by Django
        SITE.register(_model)
urlpatterns = [path("admin/", SITE.urls)]
