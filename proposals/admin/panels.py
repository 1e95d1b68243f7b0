"""Further panels on the review page. The apps above register themselves here, as Django's checks do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from proposals.models import Proposal


@dataclass(frozen=True, slots=True)
class Panel:
    """One folded part of the review page: its title, its template and what the template needs."""

    title: str
    template: str
    context: dict[str, Any] = field(default_factory=dict)
    is_open: bool = True


PanelMaker = Callable[[HttpRequest, Proposal], Panel | None]
_registered: list[PanelMaker] = []


def register_panel(make: PanelMaker) -> PanelMaker:
    """Show what ``make(request, proposal)`` returns on every review page; None shows nothing. Idempotent."""
    if make not in _registered:
        _registered.append(make)
    return make


def panels_of(request: HttpRequest, proposal: Proposal) -> list[Panel]:
    """The panels that have something to say about the proposal, in the order they were registered."""
    return [panel for make in _registered if (panel := make(request, proposal))]
