"""The decision trail: what was decided and what happened, in order, and the file that proves it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.decorators import display

from fsarsite.paginator import BoundedPaginator
from proposals.admin.desk import ReadOnlyAdmin, signed_in, two_lines
from proposals.display import reveal
from proposals.models import Decision, ProposalEvent, TrailEntry
from proposals.services import NotAllowed, export_trail, head_of_trail
from proposals.services.trail import EXPORT

_LIST = "admin:proposals_trailentry_changelist"
_TYPE = "application/jsonl; charset=utf-8"
_TOLD = ("decision", "event")


@admin.register(TrailEntry)
class TrailAdmin(ReadOnlyAdmin):
    """The latest entries, the head to note, and the export."""

    list_display = ("place", "what", "about", "whose", "happened", "fingerprint")
    list_display_links = None
    list_filter = ("source",)
    list_per_page = 50
    list_before_template: Any = "admin/proposals/trailentry/head.html"
    paginator = BoundedPaginator
    ordering = ("-sequence",)
    actions = None
    empty_title = "No entries"
    empty_text = "Every decision and every event of a proposal is added here by the database."

    def get_urls(self) -> list[URLPattern]:
        """The button's address."""
        export = self.admin_site.admin_view(require_POST(self.export_view))
        return [path("export/", export, name="proposals_trailentry_export"), *super().get_urls()]

    def changelist_view(  # type: ignore[override]  # as in DeskAdmin
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list under its head; what each entry stands for is read in two queries."""
        context = {"head": head_of_trail(), "may_export": signed_in(request).may(EXPORT)}
        response = super().changelist_view(request, (extra_context or {}) | context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            _tell(response.context_data["cl"].result_list)
        return response

    def change_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """An entry has no page of its own; its proposal's tells the story."""
        return redirect(_LIST)

    def export_view(self, request: HttpRequest) -> HttpResponseBase:
        """The whole trail as a file."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            lines = export_trail(by=signed_in(request))
        except NotAllowed as refusal:
            messages.error(request, f"Nothing was exported: {refusal}.")
            return redirect(_LIST)
        name = f"decision-trail-{timezone.now():%Y-%m-%d}.jsonl"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return StreamingHttpResponse(lines, content_type=_TYPE, headers=headers)

    @display(description="No.", ordering="sequence")
    def place(self, entry: TrailEntry) -> str:
        return f"{entry.sequence:,}"

    @display(description="What")
    def what(self, entry: TrailEntry) -> SafeString | str:
        told = _told(entry)
        if told is None:
            return format_html('<span class="fs-error">{}</span>', "its row is gone")
        if isinstance(told, Decision):
            return two_lines(told.get_kind_display(), "decision")
        moved = f"{told.get_before_display()} → {told.get_after_display()}" if told.before else told.get_after_display()
        return two_lines(told.name.replace("_", " "), moved)

    @display(description="Proposal")
    def about(self, entry: TrailEntry) -> SafeString | None:
        told = _told(entry)
        if told is None:
            return None
        page = reverse("admin:proposals_proposal_change", args=[told.proposal_id])
        return format_html('<a class="fs-clamp" href="{}">{}</a>', page, reveal(told.proposal.title))

    @display(description="Who")
    def whose(self, entry: TrailEntry) -> str:
        told = _told(entry)
        return "" if told is None else str(told.by) if isinstance(told, Decision) else told.who

    @display(description="When")
    def happened(self, entry: TrailEntry) -> SafeString | None:
        told = _told(entry)
        if told is None:
            return None
        at = timezone.localtime(told.created_at)
        return two_lines(f"{at:%Y-%m-%d}", f"{at:%H:%M:%S}")

    @display(description="Hash")
    def fingerprint(self, entry: TrailEntry) -> SafeString:
        return format_html('<code title="{}">{}…</code>', entry.hash, entry.hash[:12])


def _told(entry: TrailEntry) -> Decision | ProposalEvent | None:
    found: Decision | ProposalEvent | None = getattr(entry, "told", None)
    return found


def _tell(entries: Iterable[TrailEntry]) -> None:
    """Give each entry the row that it stands for."""
    entries = list(entries)
    ids = {source: [entry.row for entry in entries if entry.source == source] for source in _TOLD}
    decisions: QuerySet[Any] = Decision.objects.select_related("by", "proposal")
    events: QuerySet[Any] = ProposalEvent.objects.select_related("actor", "policy", "proposal")
    found = {
        source: rows.defer("proposal__text", "proposal__received").in_bulk(ids[source])
        for source, rows in zip(_TOLD, (decisions, events), strict=True)
    }
    for entry in entries:
        entry.told = found[entry.source].get(entry.row)  # type: ignore[attr-defined]
