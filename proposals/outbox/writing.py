"""Writing events into the outbox, in the transaction that causes them."""

from __future__ import annotations

from proposals.models import OutboundEvent, Proposal, ProposalEvent
from proposals.outbox.types import type_of


def emit(event: ProposalEvent, proposal: Proposal) -> OutboundEvent:
    """What a row of a proposal's history tells others: ids and states, no words of anybody."""
    return OutboundEvent.objects.create(
        type=type_of(event.name),
        subject=proposal.report_id,
        proposal=proposal,
        time=event.created_at,
        data={
            "proposal": proposal.report_id,
            "event": event.pk,
            "before": event.before,
            "after": event.after,
            "content_hash": proposal.content_hash,
            "actor_kind": event.actor_kind,
        },
    )
