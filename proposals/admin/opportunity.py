"""The lines of business that proposals point at."""

from __future__ import annotations

from django.contrib import admin
from unfold.decorators import display

from proposals.admin.desk import ReadOnlyAdmin
from proposals.display import reveal
from proposals.models import Opportunity


@admin.register(Opportunity)
class OpportunityAdmin(ReadOnlyAdmin):
    """Read only: an opportunity comes into being with the first report that names it."""

    list_display = ("called", "created_at")
    actions = None
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("called", "created_at")
    readonly_fields = ("called",)

    @display(description="Name", ordering="name")
    def called(self, opportunity: Opportunity) -> str:
        return reveal(opportunity.name)
