"""Every change of a proposal's state. Interfaces fetch, call one of these, and answer."""

from proposals.services.accounts import service_account
from proposals.services.assessment import assess_proposal
from proposals.services.attention import end_snooze, purge_snoozes, snooze_proposal, unwatch_proposal, watch_proposal
from proposals.services.break_glass import break_glass, review_later
from proposals.services.claims import assign_proposal, claim_proposal, release_claim, set_due
from proposals.services.expiry import expire_proposals
from proposals.services.looks import record_look
from proposals.services.mitigations import run_mitigation_check
from proposals.services.outcome import follow_execution, record_execution
from proposals.services.policy import save_policy
from proposals.services.policy_rehearsal import Altered, Fate, Rehearsal, rehearse_policy
from proposals.services.questions import answer_question, ask_producer, withdraw_question
from proposals.services.review import (
    DecisionRefused,
    DecisionStale,
    EstimateMissing,
    NotAllowed,
    ReasonTooShort,
    approvals_missing,
    approve_proposal,
    estimate_risk,
    reject_proposal,
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
    "answer_question",
    "approvals_missing",
    "approve_proposal",
    "ask_producer",
    "assess_proposal",
    "assign_proposal",
    "block_by_thread",
    "break_glass",
    "claim_proposal",
    "end_snooze",
    "end_waivers",
    "estimate_risk",
    "expire_proposals",
    "export_trail",
    "follow_execution",
    "head_of_trail",
    "purge_snoozes",
    "record_execution",
    "record_look",
    "rehearse_policy",
    "reject_proposal",
    "release_claim",
    "reopen_proposal",
    "reply_to_thread",
    "resolve_thread",
    "review_later",
    "revoke_waiver",
    "run_mitigation_check",
    "save_policy",
    "send_back_proposal",
    "service_account",
    "set_due",
    "snooze_proposal",
    "start_thread",
    "submit_report",
    "trail_lines",
    "unwatch_proposal",
    "waive_finding",
    "watch_proposal",
    "withdraw_proposal",
    "withdraw_question",
]
