"""What Stripe told us, and telling it to ourselves again."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.decorators import display

from billing.models import Order, WebhookDelivery
from billing.services import DeliveryRefused, replay_delivery
from proposals.admin.desk import ReadOnlyAdmin, signed_in, two_lines
from proposals.display import mark_hidden, reveal

REPLAY = "billing.replay_webhookdelivery"


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdmin):
    """The log; what is dead waits here for somebody."""

    list_display = ("event", "standing", "attempts", "received_at", "problem")
    list_display_links = ("event",)
    list_filter = ("status", "event_type")
    search_fields = ("=event_id", "=object_id", "=order_reference")
    search_help_text = "An id of Stripe's, or an order's reference"
    ordering = ("-received_at",)
    list_per_page = 50
    actions = ("replay",)
    empty_title = "No deliveries"
    empty_text = "What Stripe tells us appears here."

    def get_queryset(self, request: HttpRequest) -> QuerySet[WebhookDelivery]:
        return super().get_queryset(request).defer("payload")

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Who sees the action."""
        return request.user.has_perm(REPLAY)

    @admin.action(description="Process the selected deliveries again", permissions=["replay"])
    def replay(self, request: HttpRequest, deliveries: QuerySet[WebhookDelivery]) -> None:
        """Enqueue each."""
        keys = list(deliveries.values_list("pk", flat=True))
        try:
            for key in keys:
                replay_delivery(delivery_id=key, by=signed_in(request))
        except DeliveryRefused as refusal:
            messages.error(request, f"Nothing was replayed: {refusal}.")
        else:
            messages.info(request, f"{len(keys)} queued again.")

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """One delivery with what it said, and the button that replays it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        found = WebhookDelivery.objects.filter(pk=int(object_id)).first() if object_id.isdecimal() else None
        if found is None:
            return self.missing(request, object_id)
        if request.method == "POST":
            try:
                replay_delivery(delivery_id=found.pk, by=signed_in(request))
            except DeliveryRefused as refusal:
                messages.error(request, f"Nothing was replayed: {refusal}.")
            else:
                messages.info(request, "Queued again.")
            return redirect("admin:billing_webhookdelivery_change", found.pk)
        context = {
            "title": found.event_type,
            "delivery": found,
            "order": Order.objects.filter(reference=found.order_reference).first() if found.order_reference else None,
            "payload": mark_hidden(json.dumps(found.payload, indent=2, ensure_ascii=False)),
            "may_replay": signed_in(request).may(REPLAY),
        }
        return self.page(request, "admin/billing/webhookdelivery/page.html", context)

    @display(description="Event", ordering="event_type")
    def event(self, delivery: WebhookDelivery) -> SafeString:
        return two_lines(reveal(delivery.event_type), reveal(delivery.event_id))

    @display(description="Status", ordering="status")
    def standing(self, delivery: WebhookDelivery) -> SafeString:
        return format_html(
            '<span class="fs-badge fs-status-{}">{}</span>', delivery.status, delivery.get_status_display()
        )

    @display(description="Error")
    def problem(self, delivery: WebhookDelivery) -> str:
        return reveal(delivery.error)[:120]
