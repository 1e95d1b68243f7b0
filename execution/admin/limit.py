"""How much of each type of work may run at once."""

from __future__ import annotations

from django.contrib import admin

from execution.models import TypeLimit
from proposals.admin.desk import DeskAdmin


@admin.register(TypeLimit)
class TypeLimitAdmin(DeskAdmin):
    """Plain rows: a type without one has no limit."""

    list_display = ("type", "max_running", "priority")
    ordering = ("type",)
    actions = None
    empty_title = "No limits"
    empty_text = "Every type of work may run as often as there are workers."
