"""What a notice says: the effect, what is missing, the deadline and the link. Never the content."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from proposals.display import reveal
from proposals.models import Notice
from proposals.services.review import approvals_missing
from proposals.states import WAITING, Status

_EFFECT_LENGTH = 300


def link_of(notice: Notice) -> str:
    """The page that it leads to."""
    return f"{settings.SITE_ORIGIN}{reverse('admin:proposals_proposal_change', args=[notice.proposal_id])}"


def missing_of(notice: Notice) -> str:
    """What the proposal still needs, as it stands now."""
    proposal = notice.proposal
    if proposal.status not in WAITING:
        return "nothing"
    missing = approvals_missing(proposal)
    return f"a decision by {missing} more people" if missing > 1 else "a decision by one person"


def effect_of(notice: Notice) -> str:
    """The effect on one line, with invisible characters made visible."""
    return " ".join(str(reveal(notice.about["effect"])).split())[:_EFFECT_LENGTH] or "not assessed yet"


def paragraph(notice: Notice) -> str:
    """For an e-mail."""
    lines = [
        f"{notice.get_kind_display()}",
        f"  Effect:   {effect_of(notice)}",
        f"  Status:   {Status(notice.proposal.status).label}",
        f"  Missing:  {missing_of(notice)}",
    ]
    if notice.about["deadline"]:
        at = timezone.localtime(datetime.fromisoformat(notice.about["deadline"]))
        lines.append(f"  Deadline: {at:%Y-%m-%d %H:%M %Z}")
    return "\n".join([*lines, f"  {link_of(notice)}"])


def document(notice: Notice) -> dict[str, Any]:
    """For a webhook."""
    return {
        "type": f"proposal.{notice.kind}",
        "timestamp": notice.created_at.isoformat(),
        "data": {
            "report_id": notice.proposal.report_id,
            "effect": effect_of(notice),
            "status": notice.about["status"],
            "missing": missing_of(notice),
            "deadline": notice.about["deadline"],
            "link": link_of(notice),
        },
    }
