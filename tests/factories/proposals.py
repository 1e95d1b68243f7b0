"""Proposals in any state, brought there by the services."""

from __future__ import annotations

from typing import Any

from proposals.actors import Actor
from proposals.models import PolicyVersion, Proposal, User
from proposals.reports import Form, Report, render_json, render_markdown
from proposals.services import (
    Estimated,
    Submission,
    approve_proposal,
    estimate_risk,
    record_execution,
    reject_proposal,
    save_policy,
    service_account,
    submit_report,
    withdraw_proposal,
)
from proposals.states import Status
from tests.factories.accounts import create_user
from tests.factories.reports import create_report, file_proposal


def submit(report: Report, *, by: User | None = None, form: Form = Form.MARKDOWN) -> Submission:
    """Hand a report in at the one door."""
    text = render_markdown(report) if form is Form.MARKDOWN else render_json(report)
    by = by or service_account("test-agent")
    return submit_report(received=text.encode(), submitted_by=by, source=Proposal.Source.API, form=form)


def create_proposal(status: Status = Status.BLOCKED, *, by: User | None = None, **report_fields: Any) -> Proposal:
    """A proposal that reached ``status`` by the services; ``by`` submits it, ``report_fields`` change the report."""
    report = create_report(**(_FIELDS.get(status, {"block_execution": True}) | report_fields))
    if status == Status.CLEARED:
        _ensure_manual_clearance()
    proposal = submit(report, by=by).proposal
    for walk in _WALKS.get(status, ()):
        walk(proposal)
    proposal = Proposal.objects.get(pk=proposal.pk)
    if proposal.status != status:
        raise AssertionError(f"the factory ended in {proposal.status}, not {status}: {proposal.assessment}")
    return proposal


def decision_on(proposal: Proposal) -> dict[str, Any]:
    """The arguments that bind a decision to the proposal as it stands now."""
    return {
        "proposal_id": proposal.pk,
        "content_hash": proposal.content_hash,
        "assessment_id": proposal.assessment_id,
    }


def approval_of(proposal: Proposal) -> dict[str, Any]:
    """The same for an approval, with an estimate that agrees with the engine's."""
    return decision_on(proposal) | {"estimate": agreeing(proposal)}


def agreeing(proposal: Proposal) -> Estimated:
    """What a person would estimate who thinks as the engine does."""
    assert proposal.assessment is not None
    return Estimated(proposal.assessment.likelihood, proposal.assessment.damage)


def estimate(proposal: Proposal, by: User, *, likelihood: int = 0, damage: int = 0) -> None:
    """Give the person's own likelihood and damage; the engine's where none are given."""
    agreed = agreeing(proposal)
    own = Estimated(likelihood or agreed.likelihood, damage or agreed.damage)
    estimate_risk(**decision_on(proposal), by=by, estimate=own)


def _ensure_manual_clearance() -> None:
    rules = PolicyVersion.objects.current().rules.to_dict()
    if rules["auto_execute"]:
        save_policy(document=rules | {"auto_execute": False}, by=None, note="Tests decide by hand.")


def _approve(proposal: Proposal) -> None:
    approve_proposal(**approval_of(proposal), by=create_user(), note="Seen and understood.")


def _reject(proposal: Proposal) -> None:
    reject_proposal(**decision_on(proposal), by=create_user(), note="Not worth the risk it carries.")


def _withdraw(proposal: Proposal) -> None:
    withdraw_proposal(proposal_id=proposal.pk, by=proposal.submitted_by)


def _record(outcome: Status) -> Any:
    return lambda proposal: record_execution(
        proposal_id=proposal.pk, outcome=outcome, by=Actor.system(), note="Told by a test."
    )


_FIELDS: dict[Status, dict[str, Any]] = {
    Status.CLEARED: {},
    Status.RETURNED: {"proposal": file_proposal("shop/broken.sql", "CREATE TABLE seeds (id int,);")},
    Status.NEEDS_MITIGATION: {"proposal": "self_improvement: Keep a journal. [fsar_review]"},
}
_WALKS: dict[Status, tuple[Any, ...]] = {
    Status.APPROVED: (_approve,),
    Status.REJECTED: (_reject,),
    Status.WITHDRAWN: (_withdraw,),
    Status.EXECUTED: (_approve, _record(Status.EXECUTED)),
    Status.FAILED: (_approve, _record(Status.FAILED)),
    Status.ROLLED_BACK: (_approve, _record(Status.EXECUTED), _record(Status.ROLLED_BACK)),
}
