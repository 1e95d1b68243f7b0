"""The page of the reviewers' figures; each leads to the decisions or proposals that it counts."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils import timezone

from proposals.admin.desk import signed_in
from proposals.gate import Band
from proposals.models import Decision, Estimate, Proposal, User
from proposals.reviewers import (
    ENOUGH,
    PERIODS,
    REFLEX_SECONDS,
    Rate,
    Reviewer,
    is_far_from_engine,
    reviewer_figures,
    start_of,
)
from proposals.reviewers.figures import OUTCOMES, USUAL_PERIOD
from proposals.states import Status

SEE_ALL = "proposals.view_reviewers"


def sees_all(request: HttpRequest) -> bool:
    """Whether they may see the decisions of others one by one, and the figures of others; all see their own."""
    return signed_in(request).has_perm(SEE_ALL)


def reviewers_context(request: HttpRequest) -> dict[str, Any]:
    """A row for each person whom the asker may see. Three queries. Raises PermissionDenied."""
    person = signed_in(request)
    if not person.has_perm("proposals.view_proposal"):
        raise PermissionDenied
    asked = request.GET.get("period", "")
    period = asked if asked in PERIODS else USUAL_PERIOD
    since = start_of(period, timezone.localtime())
    found = reviewer_figures(since=since, only=None if sees_all(request) else person)
    return {
        "title": "Reviewers",
        "periods": [(name, title, name == period) for name, (title, _) in PERIODS.items()],
        "rows": [_row(each, period, {"created_at__gte": since.isoformat()} if since else {}) for each in found],
        "sees_all": sees_all(request),
        "enough": ENOUGH,
        "reflex_seconds": REFLEX_SECONDS,
    }


def _row(reviewer: Reviewer, period: str, days: dict[str, str]) -> dict[str, Any]:
    def decisions(**narrowed: str) -> str:
        query = urlencode({"by": reviewer.person} | narrowed | days)
        return f"{reverse('admin:proposals_decision_changelist')}?{query}"

    approvals = {"kind__exact": Decision.Kind.APPROVE.value}
    estimated = reverse("admin:proposals_proposal_changelist") + "?standing=all&estimated="
    return {
        "name": reviewer.name,
        "kinds": [(label, reviewer.kinds[kind], decisions(kind__exact=kind)) for kind, label in Decision.Kind.choices],
        "bands": [
            _rate(reviewer.rate(band.value))
            | {"band": band.value, "link": decisions(assessment__band__exact=band.value)}
            for band in Band
        ],
        "pace": None if reviewer.pace is None else floatformat(reviewer.pace, 1),
        "timed": reviewer.timed,
        "timed_link": decisions(pace="timed"),
        "reflexes": reviewer.reflexes,
        "timed_approvals": reviewer.timed_approvals,
        "reflexes_link": decisions(pace="reflex", **approvals),
        "timed_approvals_link": decisions(pace="timed", **approvals),
        "outcomes": [
            (Status(status).label, reviewer.outcomes[status], decisions(proposal__status__exact=status, **approvals))
            for status in OUTCOMES
        ],
        "agreement": _rate(reviewer.estimates)
        | {
            "near_link": f"{estimated}{reviewer.person}.near.{period}",
            "far": reviewer.estimates.n - reviewer.estimates.some,
            "far_link": f"{estimated}{reviewer.person}.far.{period}",
            "link": f"{estimated}{reviewer.person}.any.{period}",
        },
    }


def _rate(rate: Rate) -> dict[str, Any]:
    """What is told of a share: too few tell only how many they are."""
    if not rate.is_enough:
        return {"n": rate.n, "share": "", "interval": ""}
    low, high = rate.interval
    return {"n": rate.n, "share": f"{rate.share:.1%}", "interval": f"{low:.1%} to {high:.1%}"}


class EstimatedFilter(admin.SimpleListFilter):
    """Of proposals: those that a person estimated in a period, near the engine or far from it: ``12.far.30``.

    Nothing offers it but the reviewers' page. Who sees no others' figures is shown nothing of theirs.
    """

    title = "estimates"
    parameter_name = "estimated"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """The one that is shown."""
        asked = request.GET.get(self.parameter_name, "")
        return [(asked, "As the reviewers' page counts them")] if asked else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Proposal]) -> QuerySet[Proposal]:
        within = _estimates_asked(request, self.value() or "")
        if within is None:
            return queryset.none()
        all_of_them, far = within, within.filter(is_far_from_engine())
        match (self.value() or "").split(".")[1]:
            case "far":
                return queryset.filter(Exists(far))
            case "near":
                return queryset.filter(Exists(all_of_them), ~Exists(far))
        return queryset.filter(Exists(all_of_them))


def _estimates_asked(request: HttpRequest, asked: str) -> QuerySet[Estimate] | None:
    """The estimates that the filter names, of a proposal in the query around it; None for those of nobody."""
    person, _, period = [*asked.split("."), "", ""][:3]
    known: QuerySet[User] = User.objects.all() if sees_all(request) else User.objects.filter(pk=signed_in(request).pk)
    if not person.isdecimal() or len(person) > 18 or period not in PERIODS:
        return None
    since = start_of(period, timezone.localtime())
    within = Q(created_at__gte=since) if since else Q()
    return Estimate.objects.filter(within, proposal=OuterRef("pk"), by=int(person), by__in=known)
