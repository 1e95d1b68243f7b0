"""What the business sells, as operators edit it."""

from __future__ import annotations

from typing import Any

from babel.numbers import list_currencies
from django import forms
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import TabularInline

from billing.models import Offer, Price
from proposals.admin.desk import DeskAdmin


class PriceForm(forms.ModelForm[Price]):
    """A price in a currency that exists."""

    class Meta:
        model = Price
        fields = ("amount", "currency", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():  # the head of a column is no label to a screen reader
            field.widget.attrs["aria-label"] = field.label

    def clean_currency(self) -> str:
        code = str(self.cleaned_data["currency"]).upper()
        if code not in list_currencies():
            raise forms.ValidationError(f"{code} is no ISO 4217 currency.")
        return code


class PriceInline(TabularInline):
    """Prices are switched off, never deleted: orders will point at them."""

    model = Price
    form = PriceForm
    extra = 0
    fields = ("amount", "currency", "is_active")
    can_delete = False


@admin.register(Offer)
class OfferAdmin(DeskAdmin):
    """Offers with their prices beside them. Nothing is deleted: unpublish it."""

    list_display = ("name", "opportunity", "is_published", "position", "created_at")
    list_filter = ("is_published",)
    list_select_related = ("opportunity",)
    search_fields = ("name", "slug", "opportunity__name")
    ordering = ("position", "id")
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("opportunity",)
    inlines = (PriceInline,)
    actions = None
    empty_title = "No offers"
    empty_text = "What you add and publish here is shown to customers."

    def has_delete_permission(self, request: HttpRequest, obj: Offer | None = None) -> bool:
        return False
