"""What the review page of a proposal says about the rehearsal of its SQL."""

from __future__ import annotations

from django.http import HttpRequest

from execution.models import ExecutionTask, RehearsalCertificate
from execution.rehearsal.certificates import certificates_of, sql_hash
from execution.rehearsal.texts import may_hold_sql
from execution.target.copying.transfer import How
from proposals.admin.panels import Panel, Place, register_panel
from proposals.models import Proposal

Result = RehearsalCertificate.Result
_TEMPLATE = "admin/execution/executiontask/rehearsals.html"
_WORST = {Result.PASSED: 0, Result.ALREADY_SATISFIED: 0, Result.NOT_REPRESENTATIVE: 1, Result.FAILED: 2}
PROOFS = {1: "rollback proven", 2: "restore proven", 3: "no way back proven"}


@register_panel
def rehearsal_panel(request: HttpRequest, proposal: Proposal) -> Panel | None:
    """The latest certificate of each SQL text; nothing for a proposal without SQL. One query."""
    if not request.user.has_perm("execution.view_executiontask") or not may_hold_sql(proposal):
        return None
    certificates = _with_proof(certificates_of(proposal))
    context = {"certificates": certificates}
    if not certificates:
        return None
    return Panel("Rehearsal", _TEMPLATE, context, place=Place.PROOF, headline=_headline(certificates))


def _headline(certificates: list[RehearsalCertificate]) -> str:
    """The worst of the latest: what was not shown for one statement is not shown for the whole."""
    worst = max(certificates, key=lambda each: (_WORST[Result(each.result)], each.reversibility))
    said = f"{worst.get_result_display()}, {PROOFS[worst.reversibility]}"
    return f"{said} (the worst of {len(certificates)})" if len(certificates) > 1 else said


def rehearsal_of_task(task: ExecutionTask) -> list[RehearsalCertificate]:
    """The latest certificate of the SQL that a task runs; none for other kinds. One query."""
    frame = task.proposal.frame if task.kind == ExecutionTask.Kind.SQL else None
    text = task.payload.get("sql") or (frame.content if frame else "")
    if task.kind != ExecutionTask.Kind.SQL or not text:
        return []
    of_text = RehearsalCertificate.objects.filter(content_hash=task.proposal.content_hash, sql_hash=sql_hash(str(text)))
    return _with_proof(list(of_text.order_by("-id")[:1]))


def _with_proof(certificates: list[RehearsalCertificate]) -> list[RehearsalCertificate]:
    for certificate in certificates:
        certificate.proof = PROOFS[certificate.reversibility]  # type: ignore[attr-defined]
        certificate.is_of_a_part = any(part["how"] != How.WHOLE for part in certificate.copied.values())  # type: ignore[attr-defined]
    return certificates
