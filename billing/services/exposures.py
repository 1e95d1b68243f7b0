"""The log of what was shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from billing.models import Exposure, Offer, Variant

CATALOGUE_POLICY = "catalogue-1"
"""Everything on sale, in the operators' order, to everybody."""


@dataclass(frozen=True, slots=True)
class Showing:
    """One offer as it was shown. `context` says nothing about the person."""

    offer: Offer
    context: dict[str, Any] = field(default_factory=dict)
    variant: str = "catalogue"
    propensity: float = 1.0
    policy_version: str = CATALOGUE_POLICY
    arm: Variant | None = None


def record_exposures(showings: Sequence[Showing]) -> list[Exposure]:
    """Write one row per showing, in one statement."""
    return Exposure.objects.bulk_create(
        Exposure(
            offer=each.offer,
            context=each.context,
            variant=each.variant,
            propensity=each.propensity,
            policy_version=each.policy_version,
            arm=each.arm,
        )
        for each in showings
    )
