"""What part of the proposals a changelist shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from proposals.admin.desk import signed_in
from proposals.models import Proposal
from proposals.states import WAITING, Status

STANDINGS: dict[str, tuple[str, frozenset[Status]]] = {
    "waiting": ("Waiting", WAITING),
    "returned": ("Returned", frozenset({Status.RETURNED})),
    "cleared": ("Cleared", frozenset({Status.CLEARED})),
    "decided": ("Decided", frozenset({Status.APPROVED, Status.REJECTED})),
    "executed": ("Executed", frozenset({Status.EXECUTED, Status.FAILED, Status.ROLLED_BACK})),
    "ended": ("Undecided", frozenset({Status.WITHDRAWN, Status.EXPIRED, Status.DUPLICATE})),
    "all": ("All", frozenset(Status)),
}
DEFAULT_STANDING = "waiting"


class StandingFilter(admin.SimpleListFilter):
    """Where proposals stand; what waits for a decision unless something else is asked for."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [(name, title) for name, (title, _) in STANDINGS.items() if name != DEFAULT_STANDING]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        name = self.value() or DEFAULT_STANDING
        if name == "all" or name not in STANDINGS:
            return queryset
        return queryset.filter(status__in=sorted(STANDINGS[name][1]))

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        first, *others = super().choices(changelist)
        yield {**first, "display": STANDINGS[DEFAULT_STANDING][0]}
        yield from others


class ClaimFilter(admin.SimpleListFilter):
    """Who looks at it."""

    title = "claim"
    parameter_name = "claim"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        return [("mine", "Claimed by me"), ("others", "Claimed by others"), ("nobody", "Claimed by nobody")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        match self.value():
            case "mine":
                return queryset.filter(claimed_by=signed_in(request))
            case "others":
                return queryset.filter(claimed_by__isnull=False).exclude(claimed_by=signed_in(request))
            case "nobody":
                return queryset.filter(claimed_by__isnull=True)
        return queryset
