"""What a person may do to a proposal from its page, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django import forms

from proposals.admin.time_on_page import seconds_since
from proposals.models import Decision, Proposal, ProposalEvent, User
from proposals.services import (
    DecisionRefused,
    approve_proposal,
    claim_proposal,
    reject_proposal,
    release_claim,
    reopen_proposal,
    send_back_proposal,
    withdraw_proposal,
)
from proposals.services.claims import ASSIGN
from proposals.services.review import lacks_second_factor
from proposals.states import DECIDABLE, OPEN, TRANSITIONS, InvalidTransition, Status

REFUSALS = (DecisionRefused, InvalidTransition)


class DecisionForm(forms.Form):
    """What the page sends: the button, the reason, and what was on the screen."""

    action = forms.CharField()
    note = forms.CharField(required=False, max_length=5000)
    content_hash = forms.CharField(max_length=80)
    assessment_id = forms.IntegerField()
    shown_at = forms.Field(required=False)  # whatever it holds, it refuses no decision


@dataclass(frozen=True, slots=True)
class Choice:
    """A button; ``why_not`` says why this person may not press it now, empty when they may."""

    action: str
    label: str
    variant: str
    needs_reason: bool
    why_not: str


@dataclass(frozen=True, slots=True)
class Standing:
    """All that decides which buttons a person may press; the services have the last word."""

    proposal: Proposal
    user: User
    decisions: tuple[Decision, ...]
    is_released: bool
    is_blind: bool
    is_held: bool
    needed: int

    @classmethod
    def of(
        cls,
        proposal: Proposal,
        user: User,
        decisions: Iterable[Decision],
        events: Iterable[ProposalEvent],
        *,
        is_blind: bool = False,
        is_held: bool = False,
        needed: int = 0,
    ) -> Standing:
        """The standing, from rows that the page has read already.

        ``is_blind``: they have still to estimate. ``is_held``: a blocking thread is open. ``needed``: the approvals
        that it needs in all.
        """
        released = proposal.status == Status.CLEARED and any(event.name == "released" for event in events)
        return cls(proposal, user, tuple(decisions), released, is_blind, is_held, needed)

    @property
    def approvers(self) -> set[int]:
        """The people who approved what is judged now."""
        judged = [each for each in self.decisions if each.assessment_id == self.proposal.assessment_id]
        return {each.by_id for each in judged if each.kind == Decision.Kind.APPROVE}

    @property
    def missing(self) -> int:
        """How many more people must approve."""
        return max(0, self.needed - len(self.approvers))

    @property
    def is_stopped(self) -> bool:
        """Whether this person's approval is stopped by what break-glass gets past."""
        return self.is_held or self.is_blind or self.user.pk in self.approvers

    def choices(self) -> list[Choice]:
        """The buttons that make sense for the proposal's status, in the order of the page."""
        status = Status(self.proposal.status)
        found = []
        if status in DECIDABLE:
            found += [
                Choice("approve", "Approve", "primary", False, self._approve_why_not()),
                Choice("reject", "Reject", "danger", True, self._decide_why_not()),
                Choice("send_back", "Send back", "default", True, self._decide_why_not()),
            ]
        if status == Status.RETURNED:
            found.append(Choice("reopen", "Reopen for review", "primary", True, self._reviewer_why_not()))
        if Status.WITHDRAWN in TRANSITIONS[status] and self.proposal.submitted_by_id == self.user.pk:
            found.append(Choice("withdraw", "Withdraw", "default", False, self._released_why_not()))
        return found

    def claim(self) -> Choice | None:
        """Claim or release, whichever fits; None when there is nothing to claim."""
        if self.proposal.status not in OPEN:
            return None
        if self.proposal.claimed_by_id == self.user.pk:
            return Choice("release", "Release my claim", "default", False, "")
        if self.proposal.claimed_by_id and self.user.may(ASSIGN):
            return Choice("release", f"Release the claim of {self.proposal.claimed_by}", "default", False, "")
        why_not = "" if self.user.may("proposals.claim_proposal") else "Operators claim."
        if self.proposal.claimed_by_id:
            why_not = f"{self.proposal.claimed_by} has claimed it."
        return Choice("claim", "Claim", "default", False, why_not)

    def _approve_why_not(self) -> str:
        if why_not := self._decide_why_not():
            return why_not
        if self.proposal.submitted_by_id == self.user.pk:
            return "You submitted this; another person must approve it."
        if lacks_second_factor(self.user):
            return "Approving needs a second factor: set one up under your name, and log in with its code."
        if self.user.pk in self.approvers:
            return "You approved this; it needs another person's approval."
        if self.is_held:
            return "A blocking thread is open; resolve it before you approve."
        return "Give your own estimate before you approve." if self.is_blind else ""

    def _decide_why_not(self) -> str:
        return self._reviewer_why_not() or self._released_why_not()

    def _reviewer_why_not(self) -> str:
        if not self.user.is_person:
            return "Services and AI models never decide."
        return "" if self.user.has_perm("proposals.decide_proposal") else "You may look; Operators decide."

    def _released_why_not(self) -> str:
        return "The policy already let it go ahead; roll its tasks back instead." if self.is_released else ""


Act = Callable[[Proposal, User, dict[str, Any]], object]


def _bound(service: Callable[..., object]) -> Act:
    return lambda proposal, by, typed: service(
        proposal_id=proposal.pk,
        by=by,
        note=typed["note"],
        content_hash=typed["content_hash"],
        assessment_id=typed["assessment_id"],
        seconds_on_page=seconds_since(typed["shown_at"], proposal, by),
    )


def _noted(service: Callable[..., object]) -> Act:
    return lambda proposal, by, typed: service(proposal_id=proposal.pk, by=by, note=typed["note"])


def _plain(service: Callable[..., object]) -> Act:
    return lambda proposal, by, _: service(proposal_id=proposal.pk, by=by)


ACTIONS: dict[str, Act] = {
    "approve": _bound(approve_proposal),
    "reject": _bound(reject_proposal),
    "send_back": _bound(send_back_proposal),
    "reopen": _noted(reopen_proposal),
    "withdraw": _noted(withdraw_proposal),
    "claim": _plain(claim_proposal),
    "release": _plain(release_claim),
}


def act(proposal: Proposal, by: User, form: DecisionForm) -> None:
    """Do what the page asked for. Raises DecisionRefused, InvalidTransition."""
    action = form.data.get("action", "")
    if action not in ACTIONS:
        raise DecisionRefused("this page has no such button; reload it")
    if not form.is_valid():
        raise DecisionRefused(f"the form came back incomplete ({', '.join(form.errors)}); reload the page")
    ACTIONS[action](proposal, by, form.cleaned_data)
