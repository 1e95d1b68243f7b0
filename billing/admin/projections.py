"""What somebody expects to come in; it stays as it was said."""

from __future__ import annotations

from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from billing.models import RevenueProjection
from billing.money import format_money
from proposals.admin.desk import DeskAdmin, signed_in


class ProjectionForm(forms.ModelForm[RevenueProjection]):
    """A figure in a currency that exists, over days in order."""

    class Meta:
        model = RevenueProjection
        fields = ("opportunity", "proposal", "amount", "currency", "since", "until", "reason")

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if code not in list_currencies():
            raise forms.ValidationError(f"{code} is no ISO 4217 currency.")
        return code

    def clean(self) -> dict[str, Any]:
        """The change must be one of the opportunity's."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("since") and said.get("until") and said["since"] > said["until"]:
            self.add_error("until", "The last day is before the first.")
        proposal = said.get("proposal")
        if proposal is not None and proposal.opportunity != said.get("opportunity"):
            self.add_error("proposal", "This change is for another opportunity.")
        return said


@admin.register(RevenueProjection)
class RevenueProjectionAdmin(DeskAdmin):
    """Added, never changed or deleted: a projection that can be mended afterwards proves nothing."""

    form = ProjectionForm
    list_display = ("opportunity", "expected", "since", "until", "by", "created_at")
    list_filter = ("currency",)
    list_select_related = ("opportunity", "by")
    autocomplete_fields = ("opportunity", "proposal")
    search_fields = ("opportunity__name", "reason")
    ordering = ("-since", "-id")
    actions = None
    empty_title = "No projections"
    empty_text = "What somebody expects an opportunity to bring in is added here, and never counted as revenue."

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Whoever says it is kept with it."""
        obj.by = signed_in(request)
        super().save_model(request, obj, form, change)

    @display(description="Projected net", ordering="amount")
    def expected(self, projection: RevenueProjection) -> str:
        return format_money(projection.amount, projection.currency)
