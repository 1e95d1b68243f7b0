"""Orders: the list, and one order with its money, its timeline and its buttons."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.admin.refunding import RefundForm, refund_from
from billing.models import LedgerEntry, Order, WebhookDelivery
from billing.models.customer import email_index
from billing.money import format_money
from billing.services import ReceiptRefused, resend_receipt
from billing.services.refunds import REFUNDABLE
from proposals.admin.desk import ReadOnlyAdmin, signed_in, two_lines
from proposals.display import reveal

_SHOWN = 200


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    """Read only: Stripe's word moves orders, and services refund."""

    list_display = ("bought", "buyer", "total", "standing", "created_at")
    list_display_links = ("bought",)
    list_filter = ("status", "currency", "opportunity")
    list_select_related = ("customer",)
    list_per_page = 50
    ordering = ("-created_at",)
    search_fields = ("=stripe_session_id", "=stripe_payment_intent_id")
    search_help_text = "A whole e-mail address, an order's reference or its first letters, or an id of Stripe's"
    actions = None
    empty_title = "No orders"
    empty_text = "What customers buy appears here."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Order], search_term: str
    ) -> tuple[QuerySet[Order], bool]:
        """By the customer's blind index, the reference, or Stripe's ids."""
        term = search_term.strip()
        if not term:
            return queryset, False
        if "@" in term:
            return queryset.filter(customer__email_index=email_index(term)), False
        by_id = Q(stripe_session_id=term) | Q(stripe_payment_intent_id=term)
        return queryset.filter(by_id | Q(reference__startswith=term.lower())), False

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """The order's page. Refunding asks for a confirmation first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        order = Order.objects.select_related("customer", "opportunity").filter(pk=_number(object_id)).first()
        if order is None:
            return self.missing(request, object_id)
        form = RefundForm(order, request.POST if request.POST.get("action") == "refund" else None)
        if request.method == "POST" and self._act(request, order, form):
            return redirect("admin:billing_order_change", order.pk)
        context = _context(request, order) | {
            "form": form,
            "is_confirming": form.is_bound and form.is_valid(),
            "request_id": uuid.uuid4(),
        }
        return self.page(request, "admin/billing/order/page.html", context, status=422 if form.errors else 200)

    def _act(self, request: HttpRequest, order: Order, form: RefundForm) -> bool:
        """Whether it was done; a refund is asked for twice."""
        if request.POST.get("action") == "receipt":
            try:
                resend_receipt(order_id=order.pk, by=signed_in(request))
            except ReceiptRefused as refusal:
                messages.error(request, f"Nothing was sent: {refusal}.")
            else:
                messages.info(request, "The receipt is sent again.")
            return True
        if not form.is_valid() or not request.POST.get("confirmed"):
            return False
        refund_from(request, order, form)
        return True

    @display(description="Order", ordering="created_at")
    def bought(self, order: Order) -> SafeString:
        return two_lines(reveal(order.offer_name), order.short_reference)

    @display(description="Customer")
    def buyer(self, order: Order) -> str:
        return reveal(order.customer.name) or "erased"

    @display(description="Total", ordering="amount_total")
    def total(self, order: Order) -> str:
        return format_money(order.amount_total, order.currency)

    @display(description="Status", ordering="status")
    def standing(self, order: Order) -> SafeString:
        return format_html('<span class="fs-badge fs-status-{}">{}</span>', order.status, order.get_status_display())


def _number(object_id: str) -> int:
    return int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0


def _context(request: HttpRequest, order: Order) -> dict[str, Any]:
    user = signed_in(request)
    entries = list(order.ledger_entries.order_by("occurred_at", "id"))
    return {
        "title": str(order),
        "order": order,
        "refunds": list(order.refunds.select_related("requested_by").order_by("created_at")),
        "disputes": list(order.disputes.order_by("opened_at")),
        "entries": entries,
        "sums": _sums(entries),
        "timeline": _timeline(order),
        "is_refundable": order.status in REFUNDABLE and order.amount_left > 0,
        "may_refund": user.may("billing.refund_order"),
        "may_resend": user.may("billing.resend_receipt"),
    }


def _sums(entries: Iterable[LedgerEntry]) -> list[dict[str, Any]]:
    """Gross, fee and net by currency: what settled in another currency is never added up with the rest."""
    sums: dict[str, dict[str, Any]] = {}
    for entry in entries:
        row = sums.setdefault(entry.currency, {"currency": entry.currency, "gross": 0, "fee": 0, "net": 0})
        for name in ("gross", "fee", "net"):
            row[name] += getattr(entry, name)
    return list(sums.values())


def _timeline(order: Order) -> list[dict[str, Any]]:
    """What happened here and what Stripe said, the newest first."""
    ours = [
        {"at": each.at, "what": each.get_kind_display(), "note": each.note, "by": each.by}
        for each in order.events.select_related("by").order_by("-at")[:_SHOWN]
    ]
    deliveries = WebhookDelivery.objects.filter(order_reference=str(order.reference)).defer("payload")
    theirs = [
        {"at": each.received_at, "what": each.event_type, "note": each.get_status_display(), "delivery": each}
        for each in deliveries.order_by("-received_at")[:_SHOWN]
    ]

    def moment(row: dict[str, Any]) -> datetime:
        at: datetime = row["at"]
        return at

    return sorted(ours + theirs, key=moment, reverse=True)
