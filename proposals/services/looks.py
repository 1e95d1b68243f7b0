"""Keeping what a person saw last."""

from __future__ import annotations

from django.utils import timezone

from proposals.models import Look, User


def record_look(*, proposal_id: int, by: User, assessment_id: int | None, event_id: int | None) -> None:
    """Keep what the page showed to the person, in place of what it showed before. One upsert, no lock."""
    look = Look(
        proposal_id=proposal_id, by=by, assessment_id=assessment_id, event_id=event_id, looked_at=timezone.now()
    )
    Look.objects.bulk_create(
        [look],
        update_conflicts=True,
        unique_fields=["proposal", "by"],
        update_fields=["assessment", "event", "looked_at"],
    )
