"""Which scope of a key a method needs: it follows from the right, unless the view says otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from proposals.models import Scope

SAFE = frozenset({"GET", "HEAD"})
_OF_RIGHTS: Mapping[str, Scope] = {
    "proposals.add_proposal": Scope.PROPOSALS_SUBMIT,
    "execution.run_task": Scope.TASKS_RUN,
    "execution.rollback_task": Scope.TASKS_ROLLBACK,
}
_OF_READING: Mapping[str, Scope] = {
    "proposals": Scope.PROPOSALS_READ,
    "execution": Scope.TASKS_READ,
    "billing": Scope.MONEY_READ,
}


def scope_of(view: Any, method: str) -> Scope | None:
    """The scope, or None when there is none: then no key does it.

    A write whose right is only to see (the service asks for more, by the proposal) names its scope in ``scopes``.
    """
    method = "GET" if method == "HEAD" else method
    said: Scope | None = getattr(view, "scopes", {}).get(method)
    right: str = getattr(view, "rights", {}).get(method, "")
    app, _, codename = right.partition(".")
    if said is None and method in SAFE and codename.startswith("view_"):
        return _OF_READING.get(app)
    return said or _OF_RIGHTS.get(right)
