"""What part of the proposals a changelist shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import OrderBy, Q, QuerySet
from django.db.models.functions import TruncDate
from django.http import HttpRequest

from proposals.admin.desk import signed_in
from proposals.models import Proposal, User
from proposals.selectors import DECIDE, once_per_request, waiting_on
from proposals.states import WAITING, Status

MINE, WAITING_ALL = "mine", "waiting"
STANDINGS: dict[str, tuple[str, frozenset[Status]]] = {
    MINE: ("Waiting on me", WAITING),
    WAITING_ALL: ("All waiting", WAITING),
    "blocked": ("Blocked", frozenset({Status.BLOCKED})),
    "mitigate": ("Mitigate", frozenset({Status.NEEDS_MITIGATION})),
    "returned": ("Returned", frozenset({Status.RETURNED})),
    "cleared": ("Cleared", frozenset({Status.CLEARED})),
    "decided": ("Decided", frozenset({Status.APPROVED, Status.REJECTED})),
    "executed": ("Executed", frozenset({Status.EXECUTED, Status.FAILED, Status.ROLLED_BACK})),
    "expired": ("Expired", frozenset({Status.EXPIRED, Status.WITHDRAWN})),
    "all": ("All", frozenset(Status)),
}
_BY_DEADLINE = (TruncDate("due_at").asc(nulls_last=True), "-severity", "id")
_NEWEST = ("-id",)
_SAME_LIST = frozenset({"standing", "p", "o", "all"})
"""Parameters that show another part of the same list; any other narrows it."""


def default_standing(user: User) -> str:
    """What is shown unless something else is asked for: those who decide begin with what waits on them."""
    return MINE if user.may(DECIDE) else WAITING_ALL


def standing_of(request: HttpRequest) -> str:
    """The tab that is open; an unknown name is the default's."""
    asked = request.GET.get("standing", "")
    return asked if asked in STANDINGS else default_standing(signed_in(request))


def order_of(request: HttpRequest) -> tuple[OrderBy | str, ...]:
    """What waits: by the day it must be decided, then worst first. All else: newest first."""
    return _BY_DEADLINE if STANDINGS[standing_of(request)][1] <= WAITING else _NEWEST


def is_folded(request: HttpRequest) -> bool:
    """Whether a row stands for all that ask for the same: where nothing but the tab narrows what waits."""
    return STANDINGS[standing_of(request)][1] <= WAITING and not set(request.GET) - _SAME_LIST


def behind(request: HttpRequest, chosen: QuerySet[Proposal]) -> QuerySet[Proposal]:
    """The chosen rows of the list, and those that are folded into them."""
    if not is_folded(request):
        return chosen
    ids, groups = set(), set()
    for pk, group in chosen.order_by().values_list("pk", "group"):
        ids.add(pk)
        groups.add(group)
    return _standing(request).filter(Q(pk__in=ids) | Q(group__in=groups - {None}))


def _standing(request: HttpRequest) -> QuerySet[Proposal]:
    name = standing_of(request)
    if name == MINE:
        return waiting_on(signed_in(request))
    return Proposal.objects.filter(status__in=sorted(STANDINGS[name][1]))


class StandingFilter(admin.SimpleListFilter):
    """Where proposals stand.

    What waits shows one row for each request, however many make it; whoever searches or filters sees every row.
    """

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        may_decide = default_standing(signed_in(request)) == MINE
        return [(name, title) for name, (title, _) in STANDINGS.items() if name != MINE or may_decide]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        name, within = standing_of(request), _standing(request)
        if name == "all":
            return queryset
        shown = queryset.filter(status__in=sorted(STANDINGS[name][1]))
        if name == MINE:
            shown = shown.filter(pk__in=within.order_by().values("pk"))
        return once_per_request(shown, within) if is_folded(request) else shown

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Without Django's "All": the open tab is always one of ours."""
        _, *others = super().choices(changelist)
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
