"""The project as an app: roles, system checks and the commands that run everything."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class FsarsiteConfig(AppConfig):
    """The house itself."""

    name = "fsarsite"
    verbose_name = "fsarsite"

    def ready(self) -> None:
        """Register system checks; seed groups and the first policy after every migrate (and test flush)."""
        from fsarsite import checks  # noqa: F401

        last = apps.get_app_config("billing")  # the last with tables: by then all permissions exist
        post_migrate.connect(_seed, sender=last, dispatch_uid="fsarsite.seed")


def _seed(**_: Any) -> None:
    from fsarsite.roles import ensure_groups
    from proposals.services.policy import ensure_policy

    ensure_groups()
    ensure_policy()
