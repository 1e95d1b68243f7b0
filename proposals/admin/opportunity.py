"""The lines of business that proposals point at."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from unfold.decorators import display

from proposals.admin.desk import ReadOnlyAdmin
from proposals.admin.panels import panels_of_opportunity
from proposals.display import reveal
from proposals.models import Opportunity


@admin.register(Opportunity)
class OpportunityAdmin(ReadOnlyAdmin):
    """Read only: an opportunity comes into being with the first report that names it."""

    list_display = ("called", "created_at")
    actions = None
    search_fields = ("name",)
    ordering = ("name",)
    list_display_links = ("called",)

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """The opportunity, with what the apps above have to say about it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
        found = Opportunity.objects.filter(pk=key).first()
        if found is None:
            return self.missing(request, object_id)
        context = {"title": reveal(found.name), "opportunity": found, "panels": panels_of_opportunity(request, found)}
        return self.page(request, "admin/proposals/opportunity/page.html", context)

    @display(description="Name", ordering="name")
    def called(self, opportunity: Opportunity) -> str:
        return reveal(opportunity.name)
