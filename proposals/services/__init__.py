"""Every change of a proposal's state. Interfaces fetch, call one of these, and answer."""

from proposals.services.accounts import service_account
from proposals.services.assessment import assess_proposal
from proposals.services.expiry import expire_proposals
from proposals.services.looks import record_look
from proposals.services.mitigations import run_mitigation_check
from proposals.services.outcome import follow_execution, record_execution
from proposals.services.policy import save_policy
from proposals.services.policy_rehearsal import Altered, Fate, Rehearsal, rehearse_policy
from proposals.services.review import (
    DecisionRefused,
    DecisionStale,
    EstimateMissing,
    NotAllowed,
    ReasonTooShort,
    approvals_missing,
    approve_proposal,
    claim_proposal,
    estimate_risk,
    reject_proposal,
    release_claim,
    reopen_proposal,
    send_back_proposal,
    withdraw_proposal,
)
from proposals.services.second_opinion import Estimated
from proposals.services.submission import ReportConflict, Submission, SubmissionOutcome, submit_report
from proposals.services.threads import block_by_thread, reply_to_thread, resolve_thread, start_thread
from proposals.services.trail import export_trail, head_of_trail, trail_lines
from proposals.services.waivers import LONGEST_WAIVER, end_waivers, revoke_waiver, waive_finding

__all__ = [
    "LONGEST_WAIVER",
    "Altered",
    "DecisionRefused",
    "DecisionStale",
    "EstimateMissing",
    "Estimated",
    "Fate",
    "NotAllowed",
    "ReasonTooShort",
    "Rehearsal",
    "ReportConflict",
    "Submission",
    "SubmissionOutcome",
    "approvals_missing",
    "approve_proposal",
    "assess_proposal",
    "block_by_thread",
    "claim_proposal",
    "end_waivers",
    "estimate_risk",
    "expire_proposals",
    "export_trail",
    "follow_execution",
    "head_of_trail",
    "record_execution",
    "record_look",
    "rehearse_policy",
    "reject_proposal",
    "release_claim",
    "reopen_proposal",
    "reply_to_thread",
    "resolve_thread",
    "revoke_waiver",
    "run_mitigation_check",
    "save_policy",
    "send_back_proposal",
    "service_account",
    "start_thread",
    "submit_report",
    "trail_lines",
    "waive_finding",
    "withdraw_proposal",
]
