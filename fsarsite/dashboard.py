"""The first page: what waits, what runs, what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest
from django.urls import reverse

from billing.drift import ledger_health
from billing.money import format_money
from billing.revenue.figures import Scope, totals, utc_today
from execution.models import ExecutionControl, ExecutionTask, Freeze
from execution.states import IN_FLIGHT, TaskStatus
from proposals.admin.desk import signed_in
from proposals.gate import Band
from proposals.models import Decision, Proposal
from proposals.selectors import with_what_reviewers_did

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Tile:
    """A number that leads to its rows."""

    title: str
    value: int | str
    link: str
    tone: str = ""


def page_context(_request: HttpRequest) -> dict[str, Any]:
    """What every admin page needs: the kill switch and a freeze that holds, for their banners. Two queries."""
    return {
        "kill_switch": ExecutionControl.objects.select_related("changed_by").first(),
        "freeze": Freeze.objects.current().first(),
    }


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The context of the first page, in nine queries however much there is; nothing for who may not look."""
    if not request.user.has_perm("proposals.view_proposal"):
        return context
    queue = reverse("admin:proposals_proposal_changelist")
    rows = Proposal.objects.waiting().for_review().defer("text", "received")
    waiting = with_what_reviewers_did(rows, signed_in(request))
    return context | {
        "tiles": [
            *_waiting_tiles(queue),
            *_task_tiles(reverse("admin:execution_executiontask_changelist")),
            *_money_tiles(request),
        ],
        "oldest": waiting.order_by("submitted_at")[:_SHOWN],
        "worst": waiting.order_by("-severity", "id")[:_SHOWN],
        "decisions": Decision.objects.select_related("by", "proposal")
        .defer("proposal__text", "proposal__received")
        .order_by("-id")[:_SHOWN],
        "queue": queue,
    }


def _waiting_tiles(queue: str) -> list[Tile]:
    counts = dict(Proposal.objects.waiting().values_list("band").annotate(Count("id")))
    return [
        Tile(
            title,
            counts.get(band.value, 0),
            f"{queue}?standing=waiting&band__exact={band.value}",
            tone=f"fs-{band.value}",
        )
        for band, title in (
            (Band.BLOCK, "Waiting, blocked"),
            (Band.MITIGATE, "Waiting, to mitigate"),
            (Band.CLEAR, "Waiting, reopened"),
        )
        if band is not Band.CLEAR or counts.get(band.value)
    ]


def _task_tiles(tasks: str) -> list[Tile]:
    counts = ExecutionTask.objects.aggregate(
        queued=Count("id", filter=Q(status=TaskStatus.QUEUED)),
        running=Count("id", filter=Q(status__in=sorted(IN_FLIGHT))),
        waiting=Count("id", filter=Q(status=TaskStatus.WAITING)),
        failed=Count("id", filter=Q(status=TaskStatus.FAILED)),
        stale=Count("id", filter=Q(status=TaskStatus.SUCCEEDED, rollback_artifact__stale_since__isnull=False)),
        kept=Sum("rollback_artifact__kept_bytes", filter=Q(status=TaskStatus.SUCCEEDED)),
    )
    kept = Tile(
        "MB kept to undo", -(-(counts["kept"] or 0) // 1024**2), f"{tasks}?kind__exact=sql&status__exact=succeeded"
    )
    stale = Tile("Ways back stale", counts["stale"], f"{tasks}?trouble=stale", "fs-bad")
    return [
        Tile("Tasks queued", counts["queued"], f"{tasks}?status__exact=queued"),
        Tile("Tasks running", counts["running"], f"{tasks}?status__exact=running"),
        Tile("Tasks for people", counts["waiting"], f"{tasks}?status__exact=waiting"),
        Tile("Tasks failed", counts["failed"], f"{tasks}?status__exact=failed", "fs-bad" if counts["failed"] else ""),
        *([stale] if counts["stale"] else []),
        *([kept] if counts["kept"] else []),
    ]


def _money_tiles(request: HttpRequest) -> list[Tile]:
    """What came in today, by currency, and an alarm when the ledger is not Stripe's."""
    if not request.user.has_perm("billing.view_dailyrevenue"):
        return []
    today, page = utc_today(), reverse("admin:billing_dailyrevenue_changelist")
    here = f"{page}?since={today}&until={today}"
    sums = totals(Scope(today, today))
    shown = [Tile("Revenue today, net (UTC)", format_money(each.net, each.currency), here) for each in sums]
    return [*(shown or [Tile("Revenue today (UTC)", "none", here)]), *_alarm_tiles()]


def _alarm_tiles() -> list[Tile]:
    health, page = ledger_health(), reverse("admin:billing_reconciliation_changelist")
    if health.is_good:
        return []
    drifts = [format_money(amount, currency) for currency, amount in health.drift.items()]
    return [Tile(f"Ledger: {health.says}", drift, page, "fs-bad") for drift in drifts or ["!"]]
