"""The queue and the review page: routes and rights; what they show is in the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import URLPattern, path
from unfold.contrib.filters.admin import AutocompleteSelectFilter

from fsarsite.paginator import BoundedPaginator
from proposals.admin.bulk import LIMIT, Asked
from proposals.admin.columns import ProposalColumns
from proposals.admin.decisions import REFUSALS, DecisionForm, act
from proposals.admin.desk import signed_in, tell_refusal
from proposals.admin.downloads import download
from proposals.admin.estimates import estimate_view
from proposals.admin.filters import STANDINGS, ClaimFilter, StandingFilter, behind, order_of, standing_of
from proposals.admin.flow import flow_view
from proposals.admin.mitigations import check_view
from proposals.admin.repetition import RequestFilter, settle_others
from proposals.admin.review import review_context
from proposals.admin.reviewers import EstimatedFilter
from proposals.admin.saved_views import change_view_view, save_view_view, saved_views_context
from proposals.admin.threads import start_view, thread_view
from proposals.admin.upload import UploadForm, outcome_message
from proposals.admin.waivers import revoke_view, waive_view
from proposals.display import reveal
from proposals.models import Proposal
from proposals.selectors import with_what_reviewers_did
from proposals.services.bulk import BulkRefused
from proposals.states import WAITING

_TEMPLATES = "admin/proposals/proposal"
_DONE = {
    "approve": "Your approval is recorded.",
    "reject": "Rejected.",
    "send_back": "Sent back to its producer.",
    "reopen": "Reopened: it waits for a decision.",
    "withdraw": "Withdrawn.",
    "claim": "You claimed this proposal.",
    "release": "You gave your claim back.",
}

_OWN: dict[str, tuple[Callable[..., Any], str]] = {
    "views/": (save_view_view, "view_save"),
    "views/<int:view_id>/": (change_view_view, "view_change"),
    "<int:object_id>/waive/": (waive_view, "proposal_waive"),
    "<int:object_id>/waive/<int:waiver_id>/revoke/": (revoke_view, "proposal_revoke"),
    "<int:object_id>/check/": (check_view, "proposal_check"),
    "<int:object_id>/estimate/": (estimate_view, "proposal_estimate"),
    "<int:object_id>/thread/": (start_view, "proposal_start_thread"),
    "<int:object_id>/thread/<int:thread_id>/": (thread_view, "proposal_thread"),
    "<int:object_id>/flow/": (flow_view, "proposal_flow"),
}
"""The address, its view, and its name."""


@admin.register(Proposal)
class ProposalAdmin(ProposalColumns):
    """What waits on a person, worst first. Nothing is edited or deleted here: services change, histories stay."""

    class Media:
        js = (Script("fsarsite/keys.js", type="module"),)

    list_display = ("proposal", "risk", "why", "earns", "age", "people")
    list_display_links = ("proposal",)
    list_filter = (
        StandingFilter,
        "band",
        "type",
        ("opportunity", AutocompleteSelectFilter),
        "source",
        ClaimFilter,
        RequestFilter,
        EstimatedFilter,
        "status",
    )
    list_filter_submit = True
    list_fullwidth = True
    list_before_template: Any = f"{_TEMPLATES}/list_before.html"
    list_per_page = 50
    paginator = BoundedPaginator
    search_fields = ("report_id", "title", "path")
    search_help_text = "Title, path, text, id"
    actions = ("reject_selected", "send_back_selected", "snooze_selected", "approve_selected")
    empty_title = "Nothing here"
    empty_text = "No proposal matches. What waits for a decision appears here as soon as it comes in."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Proposal]:
        rows = Proposal.objects.for_review().defer("text", "received")
        return with_what_reviewers_did(rows, signed_in(request))

    def get_ordering(self, request: HttpRequest) -> tuple[Any, ...]:
        return order_of(request)

    def get_search_fields(self, request: HttpRequest) -> tuple[str, ...]:
        """The texts too of what waits; of all that ever came they would take too long to read."""
        return (*self.search_fields, "text") if STANDINGS[standing_of(request)][1] <= WAITING else self.search_fields

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether to offer the upload."""
        return request.user.has_perm("proposals.add_proposal")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether to offer decisions at all; the services check each one."""
        return signed_in(request).may("proposals.decide_proposal")

    def get_urls(self) -> list[URLPattern]:
        """The addresses of what the review page and the list send."""
        views = {**_OWN, "<int:object_id>/report.<str:form>": (self.download_view, "proposal_download")}
        wrap = self.admin_site.admin_view
        own = [path(at, wrap(view), name=f"proposals_{name}") for at, (view, name) in views.items()]
        return [*own, *super().get_urls()]

    def changelist_view(  # type: ignore[override]  # as in DeskAdmin
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list under its saved views."""
        return super().changelist_view(request, (extra_context or {}) | saved_views_context(request))

    def add_view(self, request: HttpRequest, *_: Any, **__: Any) -> HttpResponse:
        """Upload a report, as a file or as text."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None)
        if form.is_valid() and (submission := form.submit(signed_in(request))):
            messages.info(request, outcome_message(submission))
            return redirect("admin:proposals_proposal_change", submission.proposal.pk)
        return self.page(request, f"{_TEMPLATES}/upload.html", {"title": "Upload a report", "form": form})

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """The review page, and what its buttons do."""
        proposal = self._proposal(request, object_id)
        if proposal is None:
            return self.missing(request, object_id)
        typed_note, status = "", 200
        if request.method == "POST":
            form = DecisionForm(request.POST)
            try:
                act(proposal, signed_in(request), form)
            except REFUSALS as refusal:
                tell_refusal(request, refusal)
                typed_note, status = form.data.get("note", ""), 409
                proposal = self._proposal(request, object_id) or proposal
            else:
                messages.info(request, _DONE[form.cleaned_data["action"]])
                if "settle" in request.POST and (settled := settle_others(request, proposal.pk)):
                    messages.info(request, str(settled))
                return redirect("admin:proposals_proposal_change", proposal.pk)
        context = review_context(request, proposal, typed_note=typed_note)
        context["title"] = reveal(proposal.title)
        return self.page(request, f"{_TEMPLATES}/review.html", context, status=status)

    def download_view(self, request: HttpRequest, object_id: int, form: str) -> HttpResponse:
        """The report as a file."""
        proposal = self._proposal(request, str(object_id))
        if proposal is None:
            return self.missing(request, str(object_id))
        return download(proposal, form)

    @admin.action(description="Reject with a reason", permissions=["decide"])
    def reject_selected(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> HttpResponse | None:
        """Ask for one reason, then reject all of them or none."""
        return self._in_bulk(request, queryset, "reject")

    @admin.action(description="Send back with a reason", permissions=["decide"])
    def send_back_selected(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> HttpResponse | None:
        """Ask for one reason, then send back all of them or none."""
        return self._in_bulk(request, queryset, "send_back")

    @admin.action(description="Snooze for me", permissions=["decide"])
    def snooze_selected(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> HttpResponse | None:
        """Ask for one reason and how long, then snooze all of them or none."""
        return self._in_bulk(request, queryset, "snooze")

    @admin.action(description="Approve (mitigate and clear bands)", permissions=["decide"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> HttpResponse | None:
        """Ask for one reason, then approve all that are not blocked, or none."""
        return self._in_bulk(request, queryset, "approve")

    def _in_bulk(self, request: HttpRequest, queryset: QuerySet[Proposal], decision: str) -> HttpResponse | None:
        asked = Asked.of(decision, behind(request, queryset))
        if asked.is_too_long:
            messages.error(request, f"Nothing was changed: narrow the list to at most {LIMIT} proposals.")
            return None
        is_confirmed = "confirmed" in request.POST
        form = asked.form(request.POST if is_confirmed else None)
        if is_confirmed and form.is_valid():
            try:
                messages.info(request, asked.decide(by=signed_in(request), form=form))
            except BulkRefused as refusal:
                tell_refusal(request, refusal)
            return HttpResponseRedirect(request.get_full_path())
        context = {
            "title": f"{asked.verb} {len(asked.rows)}",
            "asked": asked,
            "form": form,
            "checkbox": ACTION_CHECKBOX_NAME,
            "chosen": request.POST.getlist(ACTION_CHECKBOX_NAME),
            "select_across": request.POST.get("select_across", "0"),
        }
        return self.page(request, f"{_TEMPLATES}/bulk.html", context)

    def _proposal(self, request: HttpRequest, object_id: str) -> Proposal | None:
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = Proposal.objects.for_review().select_related("assessment__policy", "duplicate_of")
        return found.filter(pk=int(object_id)).first() if object_id.isdecimal() else None
