"""What happens when a proposal may go ahead. The apps above register themselves here, as Django's checks do."""

from __future__ import annotations

from collections.abc import Callable

from proposals.actors import Actor
from proposals.models import Proposal

Release = Callable[[Proposal, Actor], None]
_registered: list[Release] = []


def register(release: Release) -> Release:
    """Call ``release(proposal, by)`` inside the transaction that approves or clears a proposal. Idempotent."""
    if release not in _registered:
        _registered.append(release)
    return release


def release(proposal: Proposal, by: Actor) -> None:
    """Hand an approved or cleared proposal to every registered app; an exception undoes the approval."""
    for each in _registered:
        each(proposal, by)
