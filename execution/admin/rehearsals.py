"""What the review page of a proposal says about the rehearsal of its SQL."""

from __future__ import annotations

from django.http import HttpRequest

from execution.rehearsal.certificates import certificates_of
from execution.rehearsal.texts import may_hold_sql
from execution.target.copying.transfer import How
from proposals.admin.panels import Panel, register_panel
from proposals.models import Proposal

PROOFS = {1: "rollback proven", 2: "restore proven", 3: "no way back proven"}


@register_panel
def rehearsal_panel(request: HttpRequest, proposal: Proposal) -> Panel | None:
    """The latest certificate of each SQL text; nothing for a proposal without SQL. One query."""
    if not request.user.has_perm("execution.view_executiontask") or not may_hold_sql(proposal):
        return None
    certificates = certificates_of(proposal)
    for certificate in certificates:
        certificate.proof = PROOFS[certificate.reversibility]  # type: ignore[attr-defined]
        certificate.is_of_a_part = any(part["how"] != How.WHOLE for part in certificate.copied.values())  # type: ignore[attr-defined]
    context = {"certificates": certificates}
    return Panel("Rehearsal", "admin/execution/executiontask/rehearsals.html", context) if certificates else None
