"""Who bought."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.models import Customer
from billing.models.customer import email_index
from billing.money import format_money
from proposals.admin.desk import ReadOnlyAdmin
from proposals.display import reveal

_SHOWN = 50


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    """Read only. Addresses are encrypted, so only a whole one can be searched for."""

    list_display = ("person", "address", "bought", "stripe_id", "created_at")
    list_display_links = ("person",)
    search_fields = ("stripe_id",)
    search_help_text = "A whole e-mail address, or Stripe's id"
    ordering = ("-id",)
    fields = ("person", "address", "stripe_id", "orders_of", "created_at", "updated_at", "anonymised_at")
    readonly_fields = fields
    actions = None
    empty_title = "No customers"
    empty_text = "Whoever orders appears here."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Customer]:
        return super().get_queryset(request).annotate(order_count=Count("orders"))  # type: ignore[no-any-return]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Customer], search_term: str
    ) -> tuple[QuerySet[Customer], bool]:
        """By the blind index when it looks like an address."""
        if "@" in search_term:
            return queryset.filter(email_index=email_index(search_term)), False
        found: tuple[QuerySet[Customer], bool] = super().get_search_results(request, queryset, search_term)
        return found

    @display(description="Name")
    def person(self, customer: Customer) -> str:
        return reveal(customer.name) or "erased"

    @display(description="E-mail")
    def address(self, customer: Customer) -> str:
        return reveal(customer.email)

    @display(description="Orders")
    def orders_of(self, customer: Customer) -> SafeString:
        """The latest, each with where it stands."""
        latest = customer.orders.order_by("-created_at")[:_SHOWN]
        return format_html_join(
            "",
            '<div><a href="{}">{}</a> {} · {}</div>',
            (
                (
                    reverse("admin:billing_order_change", args=[order.pk]),
                    order.short_reference,
                    format_money(order.amount_total, order.currency),
                    order.get_status_display(),
                )
                for order in latest
            ),
        )

    @display(description="Orders")
    def bought(self, customer: Customer) -> int:
        return int(customer.order_count)  # type: ignore[attr-defined]  # annotated above
