"""The experiments that run, laid over the offers they are about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from billing.experiments.assignment import assign
from billing.models import Allocation, Experiment, Offer, Price, Variant
from billing.states import ExperimentStatus

_PRICES = Prefetch("prices", Price.objects.filter(is_active=True).order_by("currency"), to_attr="active_prices")


@dataclass(frozen=True, slots=True)
class Arm:
    """A variant as somebody came to see it."""

    variant: Variant
    propensity: float
    policy_version: str


@dataclass(frozen=True, slots=True)
class Shown:
    """An offer as it is shown; `prices` are what it can be bought for."""

    offer: Offer
    name: str
    summary: str
    description: str
    prices: list[Price]
    arm: Arm | None = None

    @property
    def slug(self) -> str:
        """Of the page."""
        return self.offer.slug


def offers_to_show() -> QuerySet[Offer]:
    """What is on sale, with `active_prices` and `running_experiment`, its key or None; two queries however many."""
    running = Experiment.objects.filter(offer=OuterRef("pk"), status=ExperimentStatus.RUNNING)
    annotated = Offer.objects.on_sale().annotate(running_experiment=Subquery(running.values("pk")[:1]))
    return annotated.prefetch_related(_PRICES)


def show(offers: Iterable[Offer], visitor: str) -> list[Shown]:
    """Offers of `offers_to_show` as this visitor sees them; without a visitor, as they are.

    Two more queries when an experiment runs on any of them, else none.
    """
    offers = list(offers)
    arms = _arms(offers, visitor) if visitor else {}
    return [show_as(each, arms.get(each.pk)) for each in offers]


def is_any_running(offers: Iterable[Offer]) -> bool:
    """Whether a visitor has to be told from others."""
    return any(each.running_experiment for each in offers)  # type: ignore[attr-defined]  # of offers_to_show


def show_as(offer: Offer, arm: Arm | None) -> Shown:
    """The offer with what the variant puts in place of its own."""
    prices: list[Price] = offer.active_prices  # type: ignore[attr-defined]  # of offers_to_show
    if arm is None:
        return Shown(offer, offer.name, offer.summary, offer.description, prices)
    own = arm.variant
    return Shown(
        offer,
        own.name or offer.name,
        own.summary or offer.summary,
        own.description or offer.description,
        [own.price if own.price and own.price.currency == each.currency else each for each in prices],
        arm,
    )


def _arms(offers: list[Offer], visitor: str) -> dict[int, Arm]:
    keys = [key for each in offers if (key := each.running_experiment)]  # type: ignore[attr-defined]
    if not keys:
        return {}
    newest = Allocation.objects.filter(experiment__in=keys).order_by("experiment", "-version").distinct("experiment")
    variants = Variant.objects.filter(experiment__in=keys).select_related("price")
    by_key = {(each.experiment_id, each.key): each for each in variants}
    return {each.experiment.offer_id: _arm(each, by_key, visitor) for each in newest.select_related("experiment")}


def _arm(allocation: Allocation, variants: dict[tuple[int, str], Variant], visitor: str) -> Arm:
    key, propensity = assign(allocation.experiment.salt, visitor, allocation.weights)
    return Arm(variants[allocation.experiment_id, key], propensity, str(allocation))
