"""What part of the tasks the list shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone
from unfold.contrib.filters.admin import DropdownFilter, RangeDateTimeFilter

from execution.models import ExecutionTask
from execution.states import IN_FLIGHT, TaskStatus
from proposals.admin.desk import signed_in
from proposals.models import User

_MOST_MODELS = 100
Lookups = list[tuple[str, str]]
Tasks = QuerySet[ExecutionTask]


def has_lost_its_lease() -> Q:
    """Whose worker has not renewed its lease: it is dead, frozen or cut off."""
    return Q(status__in=sorted(IN_FLIGHT), lease_until__lt=Now())


def pauses() -> Q:
    """What waits after an attempt that failed."""
    return Q(status=TaskStatus.QUEUED, not_before__gt=Now())


def _waits_long() -> Q:
    since = Now() - timedelta(seconds=settings.EXECUTION_AGEING_SECONDS)
    return Q(status=TaskStatus.QUEUED, queued_at__lt=since) & (Q(not_before=None) | Q(not_before__lte=Now()))


def _is_overdue() -> Q:
    return Q(status=TaskStatus.WAITING, due_on__lt=timezone.localdate())


TROUBLES: dict[str, tuple[str, Callable[[], Q]]] = {
    "expired": ("Lease ran out", has_lost_its_lease),
    "late": ("Queued for long", _waits_long),
    "paused": ("Pauses after a failure", pauses),
    "overdue": ("Overdue", _is_overdue),
    "stale": (
        "Way back stale",
        lambda: Q(status=TaskStatus.SUCCEEDED, rollback_artifact__stale_since__isnull=False),
    ),
}


class TroubleFilter(admin.SimpleListFilter):
    """What somebody should look at."""

    title = "trouble"
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        return [(name, title) for name, (title, _) in TROUBLES.items()]

    def queryset(self, request: HttpRequest, queryset: Tasks) -> Tasks:
        return queryset.filter(TROUBLES[self.value() or ""][1]()) if self.value() in TROUBLES else queryset


class AttemptsFilter(DropdownFilter):
    """How often it was tried."""

    title = "attempts"
    parameter_name = "tries"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        return [("none", "None yet"), ("one", "One"), ("more", "More than one"), ("spent", "All used up")]

    def queryset(self, request: HttpRequest, queryset: Tasks) -> Tasks:
        match self.value():
            case "none":
                return queryset.filter(attempts=0)
            case "one":
                return queryset.filter(attempts=1)
            case "more":
                return queryset.filter(attempts__gt=1)
            case "spent":
                return queryset.filter(attempts__gte=F("max_attempts"))
        return queryset


class AssigneeFilter(admin.SimpleListFilter):
    """Who is to do it."""

    title = "assigned"
    parameter_name = "assigned"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        return [("mine", "To me"), ("others", "To others"), ("nobody", "To nobody, and waits")]

    def queryset(self, request: HttpRequest, queryset: Tasks) -> Tasks:
        match self.value():
            case "mine":
                return queryset.filter(assignee=signed_in(request))
            case "others":
                return queryset.filter(assignee__isnull=False).exclude(assignee=signed_in(request))
            case "nobody":
                return queryset.filter(assignee=None, status=TaskStatus.WAITING)
        return queryset


class ModelFilter(DropdownFilter):
    """Which model wrote the change. The names are those of accounts: the tasks are too many to be asked."""

    title = "AI model"
    parameter_name = "ai_model"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> Lookups:
        names = User.objects.filter(kind=User.Kind.MODEL).order_by("username").values_list("username", flat=True)
        return [(name, name) for name in names[:_MOST_MODELS]]

    def has_output(self) -> bool:
        """Always: a filter without choices would be left out, and its value ignored."""
        return True

    def queryset(self, request: HttpRequest, queryset: Tasks) -> Tasks:
        return queryset.filter(ai_model=self.value()) if self.value() else queryset


class QueuedFilter(RangeDateTimeFilter):
    """When it was queued; a day without a time is the whole day. What is no day is refused, not left out."""

    def queryset(self, request: HttpRequest, queryset: Tasks) -> Tasks:
        """Raises IncorrectLookupParameters."""
        since, until = self._moment("from", time.min), self._moment("to", time.max)
        if since:
            queryset = queryset.filter(queued_at__gte=since)
        return queryset.filter(queued_at__lte=until) if until else queryset

    def _moment(self, end: str, default: time) -> datetime | None:
        day, at = (self.used_parameters.get(f"{self.parameter_name}_{end}_{part}") for part in (0, 1))
        if not day and not at:
            return None
        try:
            moment = datetime.combine(datetime.fromisoformat(str(day)).date(), _time(str(at or "")) or default)
            return timezone.make_aware(moment)
        except (ValueError, OverflowError) as error:
            raise IncorrectLookupParameters(f"{day} {at} is no day and time") from error


def _time(text: str) -> time | None:
    return time.fromisoformat(text) if text else None
