"""What changed on a proposal since the person last looked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from proposals.models import Assessment, Finding, Look, Proposal, ProposalEvent, User
from proposals.services import record_look

_SHOWN = 5
_FACTORS = ("severity", "likelihood", "damage", "reversibility")


def look_at(proposal: Proposal, user: User, events: list[ProposalEvent], *, is_blind: bool) -> dict[str, Any]:
    """What is new to the person, ``events`` newest first; from then on it is not. Two queries, four when reassessed."""
    before = Look.objects.filter(proposal=proposal, by=user).select_related("assessment").first()
    latest = events[0].pk if events else None
    record_look(proposal_id=proposal.pk, by=user, assessment_id=proposal.assessment_id, event_id=latest)
    if before is None:
        return {"news": None}
    unseen = [each for each in events if each.pk > (before.event_id or 0) and each.actor_id != user.pk]
    changes = _differences(before.assessment, proposal.assessment, is_blind=is_blind)
    if not unseen and not changes:
        return {"news": None}
    return {
        "news": {
            "since": before.looked_at,
            "changes": changes,
            "events": unseen[:_SHOWN],
            "more": max(0, len(unseen) - _SHOWN),
        }
    }


def _differences(before: Assessment | None, after: Assessment | None, *, is_blind: bool) -> list[str]:
    if before is None or after is None or before.pk == after.pk:
        return []
    numbers = [] if is_blind else list(_numbers(before, after))
    return ["It was assessed again.", *numbers, *_findings(before, after)]


def _numbers(before: Assessment, after: Assessment) -> Iterator[str]:
    if before.band != after.band:
        yield f"Band: {before.band} → {after.band}."
    for name in _FACTORS:
        was, now = getattr(before, name), getattr(after, name)
        if was != now:
            yield f"{name.capitalize()}: {was} → {now}."


def _findings(before: Assessment, after: Assessment) -> Iterator[str]:
    was, now = _counted(before), _counted(after)
    for word, those in (("New", now.keys() - was.keys()), ("Gone or waived", was.keys() - now.keys())):
        if those:
            rules = sorted({(was | now)[each] for each in those})
            yield f"{word}: {', '.join(rules[:_SHOWN])}{' and more' if len(rules) > _SHOWN else ''}."


def _counted(assessment: Assessment) -> dict[str, str]:
    counting = Finding.objects.filter(assessment=assessment, is_waived=False)
    return dict(counting.values_list("fingerprint", "rule_id"))
