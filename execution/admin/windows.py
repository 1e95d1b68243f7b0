"""Freezes, limits of kinds, and what has to be run by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from execution.models import Freeze, KindLimit, RunRule
from proposals.admin.desk import DeskAdmin, signed_in


@admin.register(Freeze)
class FreezeAdmin(DeskAdmin):
    """Times in which nothing starts; every page names the end of the one that holds."""

    list_display = ("reason", "starts_at", "ends_at", "created_by")
    list_select_related = ("created_by",)
    ordering = ("-starts_at",)
    actions = None
    empty_title = "No freezes"
    empty_text = "Work starts at any hour."

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Keep who made it."""
        obj.created_by = obj.created_by or signed_in(request)
        super().save_model(request, obj, form, change)


@admin.register(KindLimit)
class KindLimitAdmin(DeskAdmin):
    """Plain rows: a kind without one has no limit."""

    list_display = ("kind", "max_running")
    ordering = ("kind",)
    actions = None
    empty_title = "No limits"
    empty_text = "Every kind of task may run as often as there are workers."


@admin.register(RunRule)
class RunRuleAdmin(DeskAdmin):
    """Plain rows: in a band without one, the approval queues the work."""

    list_display = ("band", "is_held", "by_another")
    ordering = ("band",)
    actions = None
    empty_title = "No rules"
    empty_text = "Whatever is approved is queued at once."
