"""What came of an experiment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, FloatField, Sum, Value, When
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Cast

from billing.experiments.statistics import wilson_interval
from billing.models import Experiment, Exposure, Order
from billing.states import SETTLED, OrderStatus

FEWEST = 20
"""Below so many showings of each variant, no winner is named."""


@dataclass(frozen=True, slots=True)
class ArmResult:
    """One variant. `n` counts showings of the offer's own page, `orders` the paid ones that came from them.

    `revenue` is minor units per showing by currency, after refunds and lost disputes, weighted by inverse propensity.
    """

    key: str
    n: int
    orders: int
    revenue: dict[str, float] = field(default_factory=dict)

    @property
    def conversion(self) -> float:
        """Orders per showing."""
        return self.orders / self.n if self.n else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the conversion lies, with 95 % confidence."""
        return wilson_interval(min(self.orders, self.n), self.n)


@dataclass(frozen=True, slots=True)
class Results:
    """The variants in the order of their keys, and what may be said."""

    arms: list[ArmResult]
    verdict: str


def results_of(experiment: Experiment) -> Results:
    """Three queries. Showings and orders of the page where one can buy; lists only lead there."""
    shown, bought = _shown(experiment), _bought(experiment)
    arms = [
        _arm(key, shown.get(key, (0, 0.0)), bought.get(key, []))
        for key in experiment.variants.order_by("key").values_list("key", flat=True)
    ]
    return Results(arms, verdict_on(arms))


def verdict_on(arms: Sequence[ArmResult]) -> str:
    """A winner only when it is one: enough showings of all, and an interval above all others'."""
    few = [each.key for each in arms if each.n < FEWEST]
    if few or len(arms) < 2:
        return f"No winner: fewer than {FEWEST} showings of {', '.join(few) or 'anything else'}."
    first, *others = sorted(arms, key=lambda each: each.interval[0], reverse=True)
    rivals = [each.key for each in others if each.interval[1] >= first.interval[0]]
    if rivals:
        return f"No winner: {first.key} cannot be told from {', '.join(rivals)} yet."
    return f"{first.key} sells best."


def _shown(experiment: Experiment) -> dict[str, tuple[int, float]]:
    """By variant: how many showings, and the sum of 1 / propensity over them."""
    rows = (
        Exposure.objects.filter(arm__experiment=experiment, context__page="offer")
        .values_list("arm__key")
        .annotate(n=Count("pk"), weight=Sum(1.0 / F("propensity")))
    )
    return {key: (n, weight) for key, n, weight in rows}


def _bought(experiment: Experiment) -> dict[str, list[Mapping[str, Any]]]:
    """By variant: orders and weighted revenue per currency."""
    found: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in _orders(experiment):
        found[row["key"]].append(row)
    return found


def _orders(experiment: Experiment) -> Iterable[Mapping[str, Any]]:
    seen = KeyTransform("experiment", "order_details")
    kept = Case(
        When(status=OrderStatus.DISPUTE_LOST, then=Value(0)),
        default=F("amount_total") - F("amount_refunded"),
        output_field=BigIntegerField(),
    )
    earned = Cast(kept, FloatField())
    return (
        Order.objects.filter(
            order_details__experiment__experiment=experiment.slug,
            status__in=sorted(SETTLED),
            created_at__gte=experiment.started_at or experiment.created_at,
        )
        .annotate(
            key=KeyTextTransform("variant", seen),
            propensity=Cast(KeyTextTransform("propensity", seen), FloatField()),
            exposure=KeyTextTransform("exposure", seen),
        )
        .values("key", "currency")
        .annotate(orders=Count("exposure", distinct=True), weighted=Sum(earned / F("propensity")))
        .order_by("key", "currency")
    )


def _arm(key: str, shown: tuple[int, float], bought: Sequence[Mapping[str, Any]]) -> ArmResult:
    """Weighted by 1 / propensity in both sums (Hájek), so that changed weights do not bias the figure."""
    n, weight = shown
    revenue = {row["currency"]: row["weighted"] / weight for row in bought if weight}
    return ArmResult(key, n, sum(row["orders"] for row in bought), revenue)
