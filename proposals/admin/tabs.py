"""The standings of proposals as tabs of their list, those that wait with their number."""

from __future__ import annotations

from collections import Counter
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from proposals.admin.filters import MINE, STANDINGS, WAITING_ALL, default_standing, standing_of
from proposals.models import Proposal, User
from proposals.selectors import waiting_on
from proposals.states import Status

_MOST = 999


def tabs(request: HttpRequest) -> list[dict[str, Any]]:
    """What unfold asks for on every page; nothing elsewhere than on the list. Two queries."""
    user = request.user
    if request.path != reverse("admin:proposals_proposal_changelist") or not isinstance(user, User):
        return []
    chosen, default, numbers = standing_of(request), default_standing(user), _numbers(user)
    return [
        {
            "models": ["proposals.proposal"],
            "items": [
                {
                    "title": f"{title} {numbers[name]}" if numbers.get(name) else title,
                    "link": "?" if name == default else f"?standing={name}",
                    "active": lambda _request, name=name: name == chosen,
                }
                for name, (title, _) in STANDINGS.items()
                if name != MINE or default == MINE
            ],
        }
    ]


def at_most(rows: QuerySet[Any]) -> str:
    """How many there are, counted no further than anybody reads; empty for none."""
    return _said(rows.order_by()[: _MOST + 1].count())


def _said(number: int) -> str:
    return f"{_MOST}+" if number > _MOST else str(number or "")


def _numbers(user: User) -> dict[str, str]:
    """By tab. Where more wait than are counted, the numbers of the bands are of those that were."""
    of = Counter(Proposal.objects.waiting().order_by().values_list("status", flat=True)[: _MOST + 1])
    return {
        MINE: at_most(waiting_on(user)),
        WAITING_ALL: _said(of.total()),
        "blocked": _said(of[Status.BLOCKED]),
        "mitigate": _said(of[Status.NEEDS_MITIGATION]),
    }
