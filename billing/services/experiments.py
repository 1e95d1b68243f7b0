"""Starting, steering and ending experiments."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.models import Allocation, Experiment
from billing.states import EXPERIMENT_TRANSITIONS, ExperimentStatus
from proposals.models import User

MOST_WEIGHT = 1000


class ExperimentRefused(Exception):
    """Why this is not done to an experiment; the message says it in words."""


@transaction.atomic
def start_experiment(*, experiment_id: int, by: User) -> Experiment:
    """Show its variants from now on, equally often unless weights were set. Raises ExperimentRefused."""
    experiment = _locked(experiment_id, by)
    _require_sound(experiment)
    if not experiment.allocations.exists():
        keys = experiment.variants.values_list("key", flat=True)
        _allocate(experiment, dict.fromkeys(keys, 1), by)
    experiment.started_at = timezone.now()
    try:
        with transaction.atomic():
            return _move(experiment, ExperimentStatus.RUNNING, "started_at")
    except IntegrityError as error:
        raise ExperimentRefused(f"another experiment runs on {experiment.offer.name}: end it first") from error


@transaction.atomic
def end_experiment(*, experiment_id: int, by: User) -> Experiment:
    """Show the offer as it is again, for good. Raises ExperimentRefused."""
    experiment = _locked(experiment_id, by)
    experiment.ended_at = timezone.now()
    return _move(experiment, ExperimentStatus.ENDED, "ended_at")


@transaction.atomic
def set_weights(*, experiment_id: int, weights: Mapping[str, int], by: User) -> Allocation:
    """Show variants this often from now on: a new version of the policy. Raises ExperimentRefused.

    Weights are whole numbers up to MOST_WEIGHT, one for each variant; 0 stops showing one.
    """
    experiment = _locked(experiment_id, by)
    if experiment.status == ExperimentStatus.ENDED:
        raise ExperimentRefused("the experiment has ended")
    if set(weights) != set(experiment.variants.values_list("key", flat=True)):
        raise ExperimentRefused("give every variant a weight")
    if not all(0 <= weight <= MOST_WEIGHT for weight in weights.values()) or not any(weights.values()):
        raise ExperimentRefused(f"weights go from 0 to {MOST_WEIGHT}, one of them above 0")
    return _allocate(experiment, weights, by)


def _allocate(experiment: Experiment, weights: Mapping[str, int], by: User) -> Allocation:
    version = experiment.allocations.count() + 1  # the experiment is locked
    return Allocation.objects.create(experiment=experiment, version=version, weights=dict(weights), by=by)


def _locked(experiment_id: int, by: User) -> Experiment:
    if not by.may("billing.change_experiment"):
        raise ExperimentRefused("you may not do this; ask for the Operators group")
    experiment = Experiment.objects.select_for_update().filter(pk=experiment_id).first()
    if experiment is None:
        raise ExperimentRefused(f"there is no experiment {experiment_id}")
    return experiment


def _require_sound(experiment: Experiment) -> None:
    variants = list(experiment.variants.select_related("price"))
    if len(variants) < 2:
        raise ExperimentRefused("an experiment needs two variants")
    allocated = experiment.allocations.order_by("-version").first()
    if allocated and set(allocated.weights) != {each.key for each in variants}:
        raise ExperimentRefused("the variants have changed: set the weights again")
    sold_in = set(experiment.offer.prices.filter(is_active=True).values_list("currency", flat=True))
    for each in variants:
        if each.price and (each.price.offer_id != experiment.offer_id or each.price.currency not in sold_in):
            raise ExperimentRefused(
                f"the price of {each.key} is none of this offer's, or in a currency it is not sold in"
            )


def _move(experiment: Experiment, after: ExperimentStatus, time_field: str) -> Experiment:
    before = ExperimentStatus(experiment.status)
    if after not in EXPERIMENT_TRANSITIONS[before]:
        raise ExperimentRefused(f"it is {before.label.lower()}")
    experiment.status = after
    experiment.save(update_fields=["status", time_field])
    return experiment
