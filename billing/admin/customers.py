"""Who bought."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.decorators import display

from billing.admin.privacy import PrivacyForm, erase_from, export_from
from billing.models import Customer
from billing.models.customer import email_index
from billing.services import plan_erasure
from proposals.admin.desk import ReadOnlyAdmin, signed_in
from proposals.display import reveal

_SHOWN = 100


@admin.register(Customer)
class CustomerAdmin(ReadOnlyAdmin):
    """Read only. Addresses are encrypted, so only a whole one can be searched for.

    A customer's page hands out all data and erases it, each with a reason; erasing is asked for twice.
    """

    list_display = ("person", "address", "bought", "stripe_id", "created_at")
    list_display_links = ("person",)
    search_fields = ("stripe_id",)
    search_help_text = "A whole e-mail address, or Stripe's id"
    ordering = ("-id",)
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

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """Who it is, the orders, and what can be done about the data."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        customer = Customer.objects.filter(pk=_number(object_id)).first()
        if customer is None:
            return self.missing(request, object_id)
        form = PrivacyForm(request.POST if request.method == "POST" else None)
        done = self._act(request, customer, form) if request.method == "POST" else None
        return done or self._show(request, customer, form)

    def _act(self, request: HttpRequest, customer: Customer, form: PrivacyForm) -> HttpResponse | None:
        """What came of the button; None when the page is to be shown once more."""
        action = request.POST.get("action")
        if action not in {"export", "erase"} or not request.user.has_perm(f"billing.{action}_customer"):
            raise PermissionDenied
        if not form.is_valid():
            return None
        if action == "export":
            return export_from(request, customer, form.cleaned_data["reason"])
        if not request.POST.get("confirmed"):
            return None
        erase_from(request, customer, form)
        return redirect("admin:billing_customer_change", customer.pk)

    def _show(self, request: HttpRequest, customer: Customer, form: PrivacyForm) -> HttpResponse:
        user = signed_in(request)
        is_erasing = form.is_bound and form.is_valid() and request.POST.get("action") == "erase"
        context = {
            "title": f"Customer {customer.pk}",
            "customer": customer,
            "orders": customer.orders.order_by("-created_at")[:_SHOWN],
            "events": customer.events.select_related("by").order_by("-at")[:_SHOWN],
            "form": form,
            "erasure": plan_erasure(customer.pk) if is_erasing else None,
            "may_export": user.may("billing.export_customer"),
            "may_erase": user.may("billing.erase_customer"),
        }
        return self.page(request, "admin/billing/customer/page.html", context, status=422 if form.errors else 200)

    @display(description="Name")
    def person(self, customer: Customer) -> str:
        return reveal(customer.name) or "erased"

    @display(description="E-mail")
    def address(self, customer: Customer) -> str:
        return reveal(customer.email)

    @display(description="Orders")
    def bought(self, customer: Customer) -> int:
        return int(customer.order_count)  # type: ignore[attr-defined]  # annotated above


def _number(object_id: str) -> int:
    return int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
