"""The ledger against Stripe: runs, what they found, and the repair."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.http import require_POST
from unfold.decorators import display

from billing.drift import LedgerHealth, ledger_health
from billing.models import Reconciliation
from billing.money import format_money
from billing.services import ReconciliationRefused, request_reconciliation, request_repair
from proposals.admin.desk import ReadOnlyAdmin, signed_in

RECONCILE = "billing.reconcile_ledger"
_SHOWN = 500
_PAGE = "admin:billing_reconciliation_change"


@admin.register(Reconciliation)
class ReconciliationAdmin(ReadOnlyAdmin):
    """The history of runs; each has a page with what it found."""

    list_display = ("run", "standing", "compared", "missing_here", "missing_there", "differing", "drift")
    list_display_links = ("run",)
    list_filter = ("status",)
    list_per_page = 50
    list_before_template: Any = "admin/billing/reconciliation/health.html"
    ordering = ("-started_at",)
    actions = None
    empty_title = "Never compared"
    empty_text = "A worker compares the ledger with Stripe every night; manage.py reconcile does it at once."

    def get_urls(self) -> list[URLPattern]:
        """The button's address."""
        start = path(
            "start/", self.admin_site.admin_view(require_POST(self.start)), name="billing_reconciliation_start"
        )
        return [start, *super().get_urls()]

    def changelist_view(  # type: ignore[override]  # as in DeskAdmin
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The runs, under what is open now."""
        context = {"health": health_context(ledger_health()), "may_reconcile": _may_reconcile(request)}
        return super().changelist_view(request, (extra_context or {}) | context)

    def start(self, request: HttpRequest) -> HttpResponse:
        """Have the last days compared, up to now."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        given = request.POST.get("days", "")
        try:
            request_reconciliation(
                days=int(given) if given.isdecimal() and len(given) < 6 else 0, by=signed_in(request)
            )
        except ReconciliationRefused as refusal:
            messages.error(request, f"Nothing is compared: {refusal}.")
        else:
            messages.info(request, "A worker compares now; load this page again in a while.")
        return redirect("admin:billing_reconciliation_changelist")

    def change_view(self, request: HttpRequest, object_id: str, *_: Any, **__: Any) -> HttpResponse:
        """One run. Repairing asks for a confirmation first."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = int(object_id) if object_id.isdecimal() and len(object_id) < 19 else 0
        run = Reconciliation.objects.select_related("by").filter(pk=key).first()
        if run is None:
            return self.missing(request, object_id)
        is_asking = request.method == "POST" and _may_reconcile(request)
        if request.method == "POST" and (request.POST.get("confirmed") or not is_asking):
            _repair(request, run)
            return redirect(_PAGE, run.pk)
        context = _context(run) | {"is_confirming": is_asking, "may_reconcile": _may_reconcile(request)}
        return self.page(request, "admin/billing/reconciliation/page.html", context)

    @display(description="Run", ordering="started_at")
    def run(self, run: Reconciliation) -> SafeString:
        return format_html(
            '<span class="fs-title">{} UTC</span><span class="fs-sub">{}</span>',
            f"{run.started_at:%Y-%m-%d %H:%M}",
            f"{run.since:%Y-%m-%d %H:%M} to {run.until:%Y-%m-%d %H:%M}",
        )

    @display(description="Result", ordering="status")
    def standing(self, run: Reconciliation) -> SafeString:
        return format_html('<span class="fs-badge fs-status-{}">{}</span>', run.status, run.get_status_display())

    @display(description="Drift")
    def drift(self, run: Reconciliation) -> str:
        drifts = [format_money(each["drift"], each["currency"]) for each in run.totals if each["drift"]]
        return ", ".join(drifts) or ("–" if run.status == Reconciliation.Status.FAILED else "none")


def _may_reconcile(request: HttpRequest) -> bool:
    return signed_in(request).may(RECONCILE)


def _repair(request: HttpRequest, run: Reconciliation) -> None:
    try:
        count = request_repair(run_id=run.pk, by=signed_in(request))
    except ReconciliationRefused as refusal:
        messages.error(request, f"Nothing is repaired: {refusal}.")
    else:
        messages.info(request, f"{count} queued: a worker fetches each from Stripe; load this page again in a while.")


def _context(run: Reconciliation) -> dict[str, Any]:
    found = run.discrepancies.select_related("order", "repair_asked_by")
    rows = list(found.order_by(F("closed_at").asc(nulls_first=True), "problem", "occurred_at", "id")[:_SHOWN])
    return {
        "title": str(run),
        "run": run,
        "rows": rows,
        "left_out": run.missing_here + run.missing_there + run.differing - len(rows),
        "repairable": [row for row in rows if row.is_repairable],
    }


def health_context(health: LedgerHealth) -> dict[str, Any]:
    """How the ledger stands, in words."""
    drifts = [f"{format_money(amount, currency)}" for currency, amount in health.drift.items()]
    return {
        "is_good": health.is_good,
        "says": health.says,
        "drifts": drifts,
        "open": health.open,
        "last": health.last,
    }
