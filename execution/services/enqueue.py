"""From a released proposal to its root task."""

from __future__ import annotations

from proposals.actors import Actor
from proposals.models import Proposal


def enqueue_proposal(proposal: Proposal, by: Actor) -> None:
    """Queue the root task of an approved or cleared proposal, in the caller's transaction."""
