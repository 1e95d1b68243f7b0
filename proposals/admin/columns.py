"""The cells of the queue."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timesince import timesince, timeuntil
from unfold.decorators import display

from proposals.admin.desk import ReadOnlyAdmin
from proposals.display import reveal
from proposals.models import Proposal
from proposals.selectors import Row
from proposals.services.review import approvals_by_policy
from proposals.states import WAITING

_REHEARSED = {
    1: "Rehearsed: the way back is proven",
    2: "Rehearsed: a restore is proven",
    3: "Rehearsed: no way back is proven",
}  # by the reversibility that was measured


class ProposalColumns(ReadOnlyAdmin):
    """What the changelist says about a proposal, of which nothing needs another query."""

    @display(description="Proposal", ordering="title")
    def proposal(self, proposal: Proposal) -> SafeString:
        return format_html(
            '<span class="fs-title fs-clamp">{}</span><span class="fs-sub fs-clamp" title="{}">{}</span>',
            reveal(proposal.title),
            f"{proposal.get_type_display()}, {proposal.report_id}",
            reveal(proposal.assessment.effect) if proposal.assessment else proposal.get_type_display(),
        )

    @display(description="Severity", ordering="severity")
    def risk(self, proposal: Row) -> SafeString | None:
        if not proposal.band:
            return None
        return format_html(
            '<span class="fs-badge fs-{}">{}</span><span class="fs-sub">{}</span>',
            proposal.band,
            proposal.band if proposal.is_blind else f"{proposal.band} {proposal.severity}",
            _standing(proposal),
        )

    @display(description="Why")
    def why(self, proposal: Proposal) -> SafeString | None:
        if proposal.assessment is None:
            return None
        return format_html(
            '<span class="fs-clamp">{}</span><span class="fs-sub">{}</span>{}',
            reveal(proposal.assessment.headline),
            _REHEARSED.get(proposal.assessment.measured, ""),
            _voices(proposal),
        )

    @display(description="Opportunity", ordering="opportunity__name")
    def earns(self, proposal: Proposal) -> SafeString | None:
        if proposal.opportunity is None:
            return None
        return format_html('<span class="fs-clamp">{}</span>', reveal(proposal.opportunity.name))

    @display(description="Age", ordering="submitted_at")
    def age(self, proposal: Proposal) -> SafeString:
        return format_html(
            '<span title="{}">{}</span><span class="fs-sub">{}</span>',
            date_format(timezone.localtime(proposal.submitted_at), "DATETIME_FORMAT"),
            timesince(proposal.submitted_at, depth=1),
            deadline_in_words(proposal.deadline),
        )

    @display(description="By")
    def people(self, proposal: Proposal) -> SafeString:
        if proposal.claimed_by is None:
            return format_html("<span>{}</span>", proposal.submitted_by)
        return format_html(
            '<span>{}</span><span class="fs-sub">claimed by {}</span>', proposal.submitted_by, proposal.claimed_by
        )


def _standing(proposal: Row) -> str:
    approvals = proposal.approvals if proposal.status in WAITING else 0
    if not approvals:
        return proposal.get_status_display()
    needed = max(approvals + 1, approvals_by_policy(proposal))
    return f"{proposal.get_status_display()}, {approvals} of {needed}, needs another person"


def _voices(proposal: Proposal) -> SafeString | str:
    if proposal.group is None or proposal.group.voices < 2:
        return ""
    return format_html(
        '<a class="fs-badge fs-voices" href="?standing=all&amp;group={}">{} ask for this</a>',
        proposal.group.pk,
        proposal.group.voices,
    )


def deadline_in_words(deadline: datetime | None) -> str:
    """How long there is to decide; empty without a deadline."""
    if deadline is None:
        return ""
    left = deadline - timezone.now()
    if left > timedelta(days=2):
        return f"{left.days} days left"
    return f"{timeuntil(deadline, depth=1)} left" if left > timedelta(0) else "overdue"
