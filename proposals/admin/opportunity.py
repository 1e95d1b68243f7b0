"""The lines of business that proposals point at."""

from __future__ import annotations

from django.contrib import admin

from proposals.admin.desk import ReadOnlyAdmin
from proposals.models import Opportunity


@admin.register(Opportunity)
class OpportunityAdmin(ReadOnlyAdmin):
    """Read only: an opportunity comes into being with the first report that names it."""

    list_display = ("name", "created_at")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "created_at")
    actions = None
