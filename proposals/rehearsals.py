"""What proves a proposal before anybody decides it. The apps above register themselves here, as with releases."""

from __future__ import annotations

from collections.abc import Callable

from proposals.models import Proposal

Request = Callable[[Proposal], None]
_registered: list[Request] = []


def register(request: Request) -> Request:
    """Call ``request(proposal)`` inside the transaction that assesses a proposal. Idempotent."""
    if request not in _registered:
        _registered.append(request)
    return request


def request_rehearsal(proposal: Proposal) -> None:
    """Ask every registered app to rehearse the proposal once the transaction commits."""
    for each in _registered:
        each(proposal)
