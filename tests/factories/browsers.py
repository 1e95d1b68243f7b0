"""Somebody at the admin, logged in."""

from __future__ import annotations

from typing import Any

from django.test import Client

from proposals.models import Proposal, User
from tests.factories.accounts import create_user
from tests.factories.proposals import agreeing, decision_on


def log_in(user: User | None = None) -> Client:
    """A client at the admin; an Operator's when nobody is given."""
    client = Client()
    client.force_login(user or create_user())
    return client


def review_url(proposal: Proposal) -> str:
    """The review page."""
    return f"/admin/proposals/proposal/{proposal.pk}/change/"


def decision_form(proposal: Proposal, action: str, note: str = "") -> dict[str, object]:
    """What the review page posts when the button is pressed."""
    return {
        "action": action,
        "note": note,
        "content_hash": proposal.content_hash,
        "assessment_id": proposal.assessment_id,
    }


def post_estimate(client: Client, proposal: Proposal, *, likelihood: int = 0, damage: int = 0) -> Any:
    """Give one's own likelihood and damage on the page of a blocked proposal; the engine's where none are given."""
    agreed, bound = agreeing(proposal), decision_on(proposal)
    own = {"likelihood": likelihood or agreed.likelihood, "damage": damage or agreed.damage}
    return client.post(f"/admin/proposals/proposal/{bound.pop('proposal_id')}/estimate/", bound | own)
