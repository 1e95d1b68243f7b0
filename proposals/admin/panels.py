"""Further panels on the pages of proposals and opportunities. The apps above register themselves here, as Django's
checks do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from django.utils.text import slugify

from proposals.models import Opportunity, Proposal


class Place(StrEnum):
    """Where on the review page a panel stands: with the change itself, with its proofs, or after all that."""

    CHANGE = "change"
    PROOF = "proof"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Panel:
    """One folded part of a page: its title, its template and what the template needs.

    ``headline`` is what of it must be seen without unfolding; the first screen shows it, and leads to it.
    """

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    place: Place = Place.AFTER
    headline: str = ""

    @property
    def anchor(self) -> str:
        """Its id on the page."""
        return f"panel-{slugify(self.title)}"


PanelMaker = Callable[[HttpRequest, Proposal], Panel | None]
OpportunityPanelMaker = Callable[[HttpRequest, Opportunity], Panel | None]
_registered: list[PanelMaker] = []
_of_opportunities: list[OpportunityPanelMaker] = []


def register_panel(make: PanelMaker) -> PanelMaker:
    """Show what ``make(request, proposal)`` returns on every review page; None shows nothing. Idempotent."""
    if make not in _registered:
        _registered.append(make)
    return make


def panels_of(request: HttpRequest, proposal: Proposal) -> list[Panel]:
    """The panels that have something to say about the proposal, in the order they were registered."""
    return [panel for make in _registered if (panel := make(request, proposal))]


def register_opportunity_panel(make: OpportunityPanelMaker) -> OpportunityPanelMaker:
    """The same for the page of an opportunity."""
    if make not in _of_opportunities:
        _of_opportunities.append(make)
    return make


def panels_of_opportunity(request: HttpRequest, opportunity: Opportunity) -> list[Panel]:
    """The panels that have something to say about the opportunity, in the order they were registered."""
    return [panel for make in _of_opportunities if (panel := make(request, opportunity))]
