"""Experiments: what is tried, how often each variant is shown, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import StackedInline
from unfold.decorators import display

from billing.experiments.results import FEWEST, results_of
from billing.models import Experiment, Variant
from billing.services import ExperimentRefused, end_experiment, set_weights, start_experiment
from billing.services.experiments import MOST_WEIGHT
from billing.states import ExperimentStatus
from proposals.admin.desk import DeskAdmin, signed_in, tell_refusal, two_lines
from proposals.display import reveal


class VariantInline(StackedInline):
    """Variants are written down before the experiment starts, and kept."""

    model = Variant
    extra = 2
    fields = ("key", "name", "summary", "description", "price")
    can_delete = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Variant]:
        return super().get_queryset(request).select_related("price__offer")


class WeightsForm(forms.Form):
    """One whole number for each variant."""

    def __init__(self, experiment: Experiment, data: Any = None) -> None:
        super().__init__(data)
        newest = experiment.allocations.order_by("-version").first()
        for key in experiment.variants.order_by("key").values_list("key", flat=True):
            weight = newest.weights.get(key, 1) if newest else 1
            self.fields[key] = forms.IntegerField(min_value=0, max_value=MOST_WEIGHT, initial=weight, label=key)


@admin.register(Experiment)
class ExperimentAdmin(DeskAdmin):
    """A draft is edited; from its start on it has a page with results, and is never deleted."""

    list_display = ("asked", "about", "standing", "started_at", "ended_at")
    list_display_links = ("asked",)
    list_filter = ("status",)
    list_select_related = ("offer",)
    search_fields = ("slug", "question", "offer__name")
    ordering = ("-created_at",)
    fields = ("offer", "slug", "question")
    autocomplete_fields = ("offer",)
    inlines = (VariantInline,)
    actions = None
    empty_title = "No experiments"
    empty_text = "Show an offer in more than one way and learn which sells."

    def has_delete_permission(self, request: HttpRequest, obj: Experiment | None = None) -> bool:
        return False

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        """The form of a draft at ?edit, else the page; buttons post to the page."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        number = int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
        experiment = Experiment.objects.select_related("offer").filter(pk=number).first()
        if experiment is None:
            return self.missing(request, object_id)
        if "edit" in request.GET and experiment.status == ExperimentStatus.DRAFT:
            shown: HttpResponse = super().change_view(request, object_id, *args, **kwargs)
            return shown
        form = WeightsForm(experiment, request.POST if request.POST.get("action") == "weights" else None)
        if request.method == "POST" and self._act(request, experiment, form):
            return redirect("admin:billing_experiment_change", experiment.pk)
        return self._show(request, experiment, form)

    def response_add(self, request: HttpRequest, obj: Experiment, post_url_continue: str | None = None) -> HttpResponse:
        return redirect("admin:billing_experiment_change", obj.pk)

    def response_change(self, request: HttpRequest, obj: Experiment) -> HttpResponse:
        return redirect("admin:billing_experiment_change", obj.pk)

    def _act(self, request: HttpRequest, experiment: Experiment, form: WeightsForm) -> bool:
        """Whether the page is done with; False shows the form's mistakes."""
        by, key = signed_in(request), experiment.pk
        if form.is_bound and not form.is_valid():
            return False
        steps: dict[str, tuple[Callable[[], object], str]] = {
            "start": (lambda: start_experiment(experiment_id=key, by=by), "It runs."),
            "end": (lambda: end_experiment(experiment_id=key, by=by), "It has ended; the offer is shown as it is."),
            "weights": (lambda: set_weights(experiment_id=key, weights=form.cleaned_data, by=by), "Weights are set."),
        }
        step = steps.get(request.POST.get("action", ""))
        if step is None:
            raise PermissionDenied
        try:
            step[0]()
        except ExperimentRefused as refusal:
            tell_refusal(request, refusal)
        else:
            messages.info(request, step[1])
        return True

    def _show(self, request: HttpRequest, experiment: Experiment, form: WeightsForm) -> HttpResponse:
        allocations = list(experiment.allocations.select_related("by").order_by("-version"))
        context = {
            "title": experiment.slug,
            "experiment": experiment,
            "variants": experiment.variants.select_related("price").order_by("key"),
            "results": results_of(experiment) if experiment.started_at else None,
            "allocation": allocations[0] if allocations else None,
            "older": allocations[1:],
            "form": form,
            "fewest": FEWEST,
            "may_steer": signed_in(request).may("billing.change_experiment"),
        }
        return self.page(request, "admin/billing/experiment/page.html", context, status=422 if form.errors else 200)

    @display(description="Experiment", ordering="slug")
    def asked(self, experiment: Experiment) -> SafeString:
        return two_lines(reveal(experiment.question), experiment.slug)

    @display(description="Offer", ordering="offer__name")
    def about(self, experiment: Experiment) -> str:
        return reveal(experiment.offer.name)

    @display(description="Status", ordering="status")
    def standing(self, experiment: Experiment) -> SafeString:
        return format_html(
            '<span class="fs-badge fs-status-{}">{}</span>', experiment.status, experiment.get_status_display()
        )
