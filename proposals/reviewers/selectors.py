"""Reads for the reviewers' figures: three queries, however many people there are."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Aggregate, Count, F, FloatField, Func, IntegerField, Q, Value
from django.db.models.functions import Greatest

from proposals.models import Decision, Estimate, User
from proposals.reviewers.figures import OUTCOMES, Counted, Estimates, Reviewer, reviewers_of
from proposals.services.second_opinion import SECOND_OPINION_FROM

REFLEX_SECONDS = 10
"""An approval in less was not read."""


class Median(Aggregate):
    """PostgreSQL's percentile_cont(0.5); NULLs do not count."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()


def is_far_from_engine() -> Q:
    """Of estimates: those so far from the engine's that another person must agree."""
    notches = SECOND_OPINION_FROM
    far = Q(pk__in=[])
    for factor in ("likelihood", "damage"):
        engine = F(f"assessment__{factor}")
        far |= Q(**{f"{factor}__gte": engine + notches}) | Q(**{f"{factor}__lte": engine - notches})
    return far


def reviewer_figures(*, since: datetime | None, only: User | None = None) -> list[Reviewer]:
    """Everybody who decided or estimated since then, by name; ``only`` leaves out the others. Three queries.

    Outcomes are those of now. The pace goes by the bytes of each text whose decision was timed.
    """
    within = Q(created_at__gte=since) if since else Q()
    if only:
        within &= Q(by=only)
    return reviewers_of(_decisions(within), _estimates(within), _paces(within))


def _decisions(within: Q) -> list[Counted]:
    rows = Decision.objects.filter(within).order_by().values_list("by", "by__username", "assessment__band", "kind")
    counted = rows.annotate(
        n=Count("pk"),
        timed=Count("seconds_on_page"),
        reflexes=Count("pk", filter=Q(seconds_on_page__lt=REFLEX_SECONDS)),
        **{f"then_{status}": Count("pk", filter=Q(proposal__status=status)) for status in OUTCOMES},
    )
    return [Counted(*row) for row in counted]


def _estimates(within: Q) -> list[Estimates]:
    rows = Estimate.objects.filter(within).order_by().values_list("by", "by__username")
    proposals = Count("proposal", distinct=True)
    return [
        Estimates(*row)
        for row in rows.annotate(n=proposals, far=Count("proposal", distinct=True, filter=is_far_from_engine()))
    ]


def _paces(within: Q) -> dict[int, float | None]:
    # PostgreSQL knows how many bytes a value has without reading it
    size = Func(F("proposal__text"), function="octet_length", output_field=IntegerField())
    read = Greatest(size, Value(1))
    timed = Decision.objects.filter(within, seconds_on_page__isnull=False).order_by().values_list("by")
    return dict(timed.annotate(pace=Median(F("seconds_on_page") * Value(1000.0) / read)))
