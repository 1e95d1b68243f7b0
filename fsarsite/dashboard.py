"""The first page: what waits, what runs, what was decided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from billing.drift import ledger_health
from billing.money import format_money
from billing.revenue.figures import Scope, totals, utc_today
from execution.models import ExecutionControl, ExecutionTask, Freeze, RollbackArtifact
from execution.states import IN_FLIGHT, TaskStatus
from fsarsite.waiting_ages import waiting_by_age
from proposals.admin.desk import signed_in
from proposals.admin.tabs import at_most
from proposals.gate import Band
from proposals.models import Decision, LaterReview, Notice, Proposal
from proposals.selectors import with_what_reviewers_did

_SHOWN = 8
_RECENT = timedelta(days=7)


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
    """The context of the first page, in a number of queries that does not grow; nothing for who may not look."""
    if not request.user.has_perm("proposals.view_proposal"):
        return context
    queue, tasks = (reverse(f"admin:{page}_changelist") for page in ("proposals_proposal", "execution_executiontask"))
    rows = Proposal.objects.waiting().for_review().defer("text", "received")
    waiting = with_what_reviewers_did(rows, signed_in(request))
    return context | {
        "tiles": [
            *_alarm_tiles(queue, tasks),
            *_waiting_tiles(queue),
            *_task_tiles(tasks),
            *_money_tiles(request),
        ],
        "oldest": waiting.order_by("submitted_at")[:_SHOWN],
        "worst": waiting.order_by("-severity", "id")[:_SHOWN],
        "decisions": Decision.objects.select_related("by", "proposal")
        .defer("proposal__text", "proposal__received")
        .order_by("-id")[:_SHOWN],
        "ages": waiting_by_age(timezone.now()),
        "queue": queue,
    }


def _waiting_tiles(queue: str) -> list[Tile]:
    shown = {Band.BLOCK: "Waiting, blocked", Band.MITIGATE: "Waiting, to mitigate", Band.CLEAR: "Waiting, reopened"}
    numbers = {band: at_most(Proposal.objects.waiting().filter(band=band)) for band in shown}
    return [
        Tile(title, numbers[band] or "0", f"{queue}?standing=waiting&band__exact={band}", f"fs-{band}")
        for band, title in shown.items()
        if numbers[band] or band is not Band.CLEAR
    ]


def _task_tiles(tasks: str) -> list[Tile]:
    """Each number is counted no further than anybody reads, along an index."""
    kept = -(-RollbackArtifact.objects.filter(kept_bytes__gt=0).kept_bytes() // 1024**2)
    here = f"{tasks}?kind__exact=sql&status__exact=succeeded"
    failed = _task_tile("Tasks failed", tasks, TaskStatus.FAILED)
    return [
        _task_tile("Tasks queued", tasks, TaskStatus.QUEUED),
        _task_tile("Tasks running", tasks, TaskStatus.RUNNING, *IN_FLIGHT),
        _task_tile("Tasks for people", tasks, TaskStatus.WAITING),
        failed if failed.value == "0" else replace(failed, tone="fs-bad"),
        *([Tile("MB kept to undo", kept, here)] if kept else []),
    ]


def _task_tile(title: str, tasks: str, shown: TaskStatus, *counted: TaskStatus) -> Tile:
    """Leads to the tasks of a status; ``counted`` may be more of them."""
    number = at_most(ExecutionTask.objects.filter(status__in=sorted(counted or {shown})))
    return Tile(title, number or "0", f"{tasks}?status__exact={shown}")


def _alarm_tiles(queue: str, tasks: str) -> list[Tile]:
    """What should not be: shown only where there is some."""
    now = timezone.now()
    owed = LaterReview.objects.open()
    first = owed.order_by("due_at").values_list("proposal", flat=True).first()
    page = reverse("admin:proposals_proposal_change", args=[first]) if first else queue
    alarms = {
        ("Decisions overdue", f"{queue}?standing=waiting"): Proposal.objects.waiting().filter(due_at__lte=now),
        ("Later reviews owed", page): owed,
        ("Ways back stale", f"{tasks}?trouble=stale"): RollbackArtifact.objects.stale(),
        ("Notices given up", reverse("admin:proposals_notice_changelist")): Notice.objects.filter(
            given_up_at__gte=now - _RECENT
        ),
    }
    counted = [(title, link, at_most(rows)) for (title, link), rows in alarms.items()]
    return [Tile(title, number, link, "fs-bad") for title, link, number in counted if number]


def _money_tiles(request: HttpRequest) -> list[Tile]:
    """What came in today, by currency, and an alarm when the ledger is not Stripe's."""
    if not request.user.has_perm("billing.view_dailyrevenue"):
        return []
    today, page = utc_today(), reverse("admin:billing_dailyrevenue_changelist")
    here = f"{page}?since={today}&until={today}"
    sums = totals(Scope(today, today))
    shown = [Tile("Revenue today, net (UTC)", format_money(each.net, each.currency), here) for each in sums]
    return [*(shown or [Tile("Revenue today (UTC)", "none", here)]), *_ledger_tiles()]


def _ledger_tiles() -> list[Tile]:
    health, page = ledger_health(), reverse("admin:billing_reconciliation_changelist")
    if health.is_good:
        return []
    drifts = [format_money(amount, currency) for currency, amount in health.drift.items()]
    return [Tile(f"Ledger: {health.says}", drift, page, "fs-bad") for drift in drifts or ["!"]]
