"""Django's admin, on our site."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig as DjangoAdminConfig


class AdminConfig(DjangoAdminConfig):
    """The admin with our site."""

    default_site = "fsarsite.admin.Site"
