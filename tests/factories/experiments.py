"""Offers shown in more than one way."""

from __future__ import annotations

from billing.models import Experiment, Offer, Price
from billing.services import start_experiment
from tests.factories.accounts import create_user


def create_experiment(offer: Offer, *, slug: str = "bold-name", amount: int | None = None) -> Experiment:
    """A draft: "plain" is the offer as it is, "bold" has another name and, with an amount, another price."""
    experiment = Experiment.objects.create(offer=offer, slug=slug, question="Does a bold name sell better?")
    price = Price.objects.create(offer=offer, amount=amount, currency="EUR", is_active=False) if amount else None
    experiment.variants.create(key="plain")
    experiment.variants.create(key="bold", name="THE calendar", price=price)
    return experiment


def run_experiment(offer: Offer, *, slug: str = "bold-name", amount: int | None = None) -> Experiment:
    """The same, running."""
    draft = create_experiment(offer, slug=slug, amount=amount)
    return start_experiment(experiment_id=draft.pk, by=create_user())
