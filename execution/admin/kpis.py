"""The page of the tasks' figures; each leads to the tasks that it counts."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from execution.kpis import ENOUGH, GROUPINGS, Span, TaskKpi, task_kpis
from execution.kpis.figures import RAN
from execution.models import ExecutionTask
from proposals.models import Proposal

_USUAL_DAYS, _MOST_DAYS = 30, 3660
_EARLIEST = date(2000, 1, 1)
_LABELS: dict[str, dict[str, str]] = {
    "type": dict(Proposal.Type.choices),
    "kind": dict(ExecutionTask.Kind.choices),
    "model": {"": "No model"},
}


class KpiForm(forms.Form):
    """What to show. Without days, the last thirty."""

    since = forms.DateField(label="First day", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    until = forms.DateField(label="Last day", widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"))
    by = forms.ChoiceField(label="By", choices=[(each, each.capitalize()) for each in GROUPINGS])

    def __init__(self, given: Any) -> None:
        today = timezone.localdate()
        since = today - timedelta(days=_USUAL_DAYS - 1)
        usual = {"since": since.isoformat(), "until": today.isoformat(), "by": "kind"}
        super().__init__(usual | {name: value for name, value in given.items() if value})

    def clean(self) -> dict[str, Any]:
        """Days in order, and not more of them than anybody compares."""
        said: dict[str, Any] = super().clean() or {}
        since, until = said.get("since"), said.get("until")
        if since and until:
            if since > until:
                self.add_error("until", "The last day is before the first.")
            elif since < _EARLIEST or until - since >= timedelta(days=_MOST_DAYS):
                self.add_error("since", f"From {_EARLIEST.year} on, and up to {_MOST_DAYS // 366} years.")
            elif until >= date.max:
                self.add_error("until", "This day is too late.")
        return said


def kpi_context(request: HttpRequest) -> dict[str, Any]:
    """The form and, when it can be answered, a row for each group. One query."""
    form = KpiForm(request.GET)
    context: dict[str, Any] = {"title": "Figures of the tasks", "form": form, "enough": ENOUGH}
    if not form.is_valid():
        return context
    said = form.cleaned_data
    span = Span(said["since"], said["until"])
    rows = [_row(each, said["by"], span) for each in task_kpis(said["by"], span)]
    return context | {
        "by": said["by"],
        "compared": [row for row in rows if row["kpi"].is_enough],
        "too_few": [row for row in rows if not row["kpi"].is_enough],
    }


def _row(kpi: TaskKpi, by: str, span: Span) -> dict[str, Any]:
    low, high = kpi.interval
    statuses = {"failed": kpi.failed, "rolled_back": kpi.rolled_back, "succeeded": kpi.succeeded}
    return {
        "kpi": kpi,
        "label": _LABELS[by].get(kpi.key, kpi.key) or kpi.key,
        "share": f"{kpi.share:.1%}",
        "interval": f"{low:.1%} to {high:.1%}",
        "bar": {"low": low * 100, "width": (high - low) * 100, "at": min(kpi.share * 100, 99)},
        "wait": [_words(value) for value in kpi.wait],
        "run": [_words(value) for value in kpi.run],
        "link": _link(by, kpi.key, span, {"status__in": ",".join(RAN)}),
        **{f"{status}_link": _link(by, kpi.key, span, {"status__exact": status}) for status in statuses},
    }


def _link(by: str, key: str, span: Span, status: dict[str, str]) -> str:
    days = {"finished_at__gte": span.start.isoformat(), "finished_at__lt": span.end.isoformat()}
    query = urlencode({f"{GROUPINGS[by]}__exact": key} | status | days)
    return f"{reverse('admin:execution_executiontask_changelist')}?{query}"


def _words(seconds: float) -> str:
    """A duration, in the unit in which it is read."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 120:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
