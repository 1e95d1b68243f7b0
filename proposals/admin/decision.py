"""The list of decisions, which the reviewers' figures lead to, and the page of these."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from fsarsite.paginator import BoundedPaginator
from proposals.admin.desk import ReadOnlyAdmin, signed_in, two_lines
from proposals.admin.reviewers import reviewers_context, sees_all
from proposals.display import reveal
from proposals.models import Decision, User
from proposals.reviewers import REFLEX_SECONDS

_MOST_PEOPLE = 200


class PersonFilter(admin.SimpleListFilter):
    """Who decided; offered to those who see the decisions of others."""

    title = "person"
    parameter_name = "by"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        if not sees_all(request):
            return []
        people = User.objects.filter(Exists(Decision.objects.filter(by=OuterRef("pk")))).order_by("username")
        return [(str(pk), name) for pk, name in people.values_list("pk", "username")[:_MOST_PEOPLE]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        asked = self.value() or ""
        if not asked:
            return queryset
        return queryset.filter(by=int(asked)) if asked.isdecimal() and len(asked) < 19 else queryset.none()


class PaceFilter(admin.SimpleListFilter):
    """How long the page was open."""

    title = "time on page"
    parameter_name = "pace"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [("reflex", f"Under {REFLEX_SECONDS} s"), ("timed", "Known"), ("unknown", "Unknown")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Decision]) -> QuerySet[Decision]:
        match self.value():
            case "reflex":
                return queryset.filter(seconds_on_page__lt=REFLEX_SECONDS)
            case "timed":
                return queryset.filter(seconds_on_page__isnull=False)
            case "unknown":
                return queryset.filter(seconds_on_page__isnull=True)
        return queryset


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    """One's own decisions, newest first; everybody's for those who may see all reviewers."""

    list_display = ("what", "about", "by", "on_page", "since_then", "when")
    list_display_links = None
    list_filter = (PersonFilter, "kind", "assessment__band", PaceFilter, "proposal__status", "created_at")
    list_per_page = 50
    paginator = BoundedPaginator
    ordering = ("-id",)
    actions = None
    empty_title = "No decisions"
    empty_text = "No decision matches."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Decision]:
        rows = Decision.objects.select_related("by", "assessment", "proposal")
        rows = rows.defer("proposal__text", "proposal__received")
        return rows if sees_all(request) else rows.filter(by=signed_in(request))

    def get_urls(self) -> list[URLPattern]:
        """The figures' address."""
        page = self.admin_site.admin_view(self.reviewers_view)
        return [path("reviewers/", page, name="proposals_decision_reviewers"), *super().get_urls()]

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """A decision has no page of its own; its proposal's tells the story."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = self.get_object(request, object_id)
        if found is None:
            return self.missing(request, object_id)
        return redirect("admin:proposals_proposal_change", found.proposal_id)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Nor has it a history of its own."""
        return self.change_view(request, object_id)

    def reviewers_view(self, request: HttpRequest) -> HttpResponse:
        """The figures by person."""
        return self.page(request, "admin/proposals/decision/reviewers.html", reviewers_context(request))

    @display(description="Decision")
    def what(self, decision: Decision) -> SafeString:
        badge = '<span class="fs-badge fs-decision-{}">{}</span> <span class="fs-badge fs-{}">{}</span>'
        band = decision.assessment.band
        return format_html(badge, decision.kind, decision.get_kind_display(), band, band)

    @display(description="Proposal")
    def about(self, decision: Decision) -> SafeString:
        page = reverse("admin:proposals_proposal_change", args=[decision.proposal_id])
        link = '<a class="fs-clamp" href="{}">{}</a><span class="fs-sub fs-clamp">{}</span>'
        return format_html(link, page, reveal(decision.proposal.title), reveal(decision.note))

    @display(description="Time on page", ordering="seconds_on_page")
    def on_page(self, decision: Decision) -> str:
        return "unknown" if decision.seconds_on_page is None else f"{decision.seconds_on_page:,} s"

    @display(description="Now")
    def since_then(self, decision: Decision) -> str:
        return decision.proposal.get_status_display()

    @display(description="When", ordering="created_at")
    def when(self, decision: Decision) -> SafeString:
        at = timezone.localtime(decision.created_at)
        return two_lines(f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}")
