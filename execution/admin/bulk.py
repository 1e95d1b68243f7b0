"""Retry, requeue or cancel all tasks that match a filter: a page that asks first, then one service call per row."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from unfold.widgets import UnfoldAdminTextareaWidget

from execution.admin.filters import has_lost_its_lease, pauses
from execution.admin.interventions import REFUSALS
from execution.models import ExecutionTask
from execution.services.bulk import Intervention, Seen, intervene_as_seen, parse_seen, written
from execution.services.interventions import cancel_task, retry_task
from execution.services.requeue import requeue_task
from execution.states import TRANSITIONS, TaskStatus
from proposals.admin.bulk import BulkOutcome
from proposals.models import User

LIMIT = 1_000
SECONDS = 20.0
"""After that the rest is left for another go: a browser and its proxies do not wait for ever."""
_EXAMPLES = 20
_LONGEST = LIMIT * 45
_CANCELLABLE = sorted(
    before for before, after in TRANSITIONS.items() if TaskStatus.CANCELLED in after and before != TaskStatus.RUNNING
)


@dataclass(frozen=True, slots=True)
class BulkAction:
    """``can``: which tasks it is for. ``told``: what will happen to each of them.

    ``from_the_end``: what goes after others is met before them, or it would change under our hands.
    """

    verb: str
    done: str
    told: str
    can: Callable[[], Q]
    intervention: Intervention
    variant: str = "primary"
    from_the_end: bool = False


BULK_ACTIONS: dict[str, BulkAction] = {
    "retry": BulkAction(
        "Retry",
        "queued again",
        "Each is judged by the gate again, under the policy in force, and queued with three more attempts. One that it "
        "judges worse than when it was approved stays failed.",
        lambda: Q(status=TaskStatus.FAILED),
        retry_task,
    ),
    "requeue": BulkAction(
        "Requeue",
        "queued again",
        "Each that pauses after a failure, or whose worker went silent, can be claimed at once. One that was started "
        "before is judged by the gate again, and stays as it is when it judges worse.",
        lambda: pauses() | has_lost_its_lease(),
        requeue_task,
    ),
    "cancel": BulkAction(
        "Cancel",
        "cancelled",
        "Each is taken out of the queue for good, and so are the queued tasks that go after it. What runs goes on.",
        lambda: Q(status__in=_CANCELLABLE),
        cancel_task,
        "danger",
        from_the_end=True,
    ),
}


class BulkForm(forms.Form):
    """One reason for all, and what the page showed."""

    note = forms.CharField(
        label="Reason",
        help_text="At least 10 characters. It is written into the history of each task.",
        min_length=10,
        max_length=5000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )
    rows = forms.CharField(max_length=_LONGEST, widget=forms.HiddenInput())

    def clean_rows(self) -> list[Seen]:
        """The tasks as they were shown, at most `LIMIT`."""
        try:
            return parse_seen(self.cleaned_data["rows"])[:LIMIT]
        except ValueError:
            raise forms.ValidationError("the page came back incomplete; open it again from the list") from None


def bulk_context(action: BulkAction, matching: QuerySet[ExecutionTask]) -> dict[str, Any]:
    """What the page shows of the tasks that match a filter, the oldest first. Two queries."""
    found = list(matching.filter(action.can()).order_by("id")[: LIMIT + 1])
    tasks = found[:LIMIT]
    counts = Counter((task.get_status_display(), task.get_kind_display()) for task in tasks)
    others = matching.exclude(action.can()).order_by()[: LIMIT + 1].count()
    return {
        "title": f"{action.verb} tasks",
        "action": action,
        "number": len(tasks),
        "is_cut": len(found) > LIMIT,
        "limit": LIMIT,
        "counts": [(status, kind, number) for (status, kind), number in sorted(counts.items())],
        "others": f"more than {LIMIT:,}" if others > LIMIT else others,
        "examples": tasks[:_EXAMPLES],
        "left_out": len(tasks) - len(tasks[:_EXAMPLES]),
        "form": BulkForm(initial={"rows": written(Seen.of(task) for task in tasks)}),
    }


def intervene_in_all(action: BulkAction, rows: Sequence[Seen], *, by: User, note: str) -> str:
    """Act on each row in a transaction of its own; what came of it, in words. A refused row leaves the others alone."""
    outcome, until = BulkOutcome(action.done), time.monotonic() + SECONDS
    in_turn = sorted(rows, key=lambda row: row.task_id, reverse=action.from_the_end)
    for place, row in enumerate(in_turn):
        if time.monotonic() > until:
            left = len(rows) - place
            return f"{outcome} {left} left after {SECONDS:.0f} s: open the page again for them."
        _try(outcome, partial(intervene_as_seen, action.intervention, seen=row, by=by, note=note))
    return str(outcome)


def _try(outcome: BulkOutcome, act: Callable[[], object]) -> None:
    try:
        act()
    except ExecutionTask.DoesNotExist:
        outcome.skipped["no such task"] += 1
    except REFUSALS as refusal:
        outcome.skipped[str(refusal)] += 1
    else:
        outcome.done += 1
