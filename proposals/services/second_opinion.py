"""A reviewer's own estimate beside the engine's, and when the two are too far apart for one person to approve."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import cast

from proposals.actors import Actor
from proposals.models import Assessment, Estimate, Proposal, User
from proposals.services.status import write_event
from proposals.states import Status

SECOND_OPINION_FROM = 2
"""The notches between a person and the engine, in likelihood or in damage, from which another person must agree."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """What a person estimates, each 1..5 in the glossary's sense."""

    likelihood: int
    damage: int


def record_estimate(proposal: Proposal, *, by: User, estimate: Estimated) -> Estimate:
    """The person's estimate beside the assessment of a proposal, locked by the caller; the stored one if any."""
    found, created = Estimate.objects.get_or_create(
        proposal=proposal,
        assessment=cast("Assessment", proposal.assessment),  # without one the binding was refused
        by=by,
        defaults=asdict(estimate),
    )
    if created:
        write_event(proposal, name="estimated", before=proposal.status, by=Actor.of(by), note=f"{found}.".capitalize())
    return found


def asks_for_second_opinion(proposal: Proposal) -> bool:
    """Whether somebody who looked at a blocked proposal is two notches or more away from the engine. One query."""
    judged = proposal.assessment
    if judged is None or proposal.status != Status.BLOCKED:
        return False
    return any(each.gap_to(judged) >= SECOND_OPINION_FROM for each in Estimate.objects.latest_of(proposal))
