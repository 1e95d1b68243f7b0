"""The tables of the ground floor: what is proposed, what we make of it, who decided."""

from proposals.models.account import User
from proposals.models.api_key import ApiKey, ApiKeyUse, Scope
from proposals.models.assessment import Assessment, Finding
from proposals.models.attention import Snooze, Watch
from proposals.models.decision import Decision
from proposals.models.estimate import Estimate
from proposals.models.event import ProposalEvent
from proposals.models.idempotent_answer import IdempotentAnswer
from proposals.models.later_review import LaterReview
from proposals.models.line_thread import LineComment, LineThread
from proposals.models.look import Look
from proposals.models.mitigation_check import MitigationCheck
from proposals.models.notice import Notice, NoticeEndpoint, NoticeKind
from proposals.models.opportunity import Opportunity
from proposals.models.outbound import OutboundEvent
from proposals.models.policy import PolicyVersion
from proposals.models.proposal import Proposal
from proposals.models.question import Question
from proposals.models.repetition import ContentSignature, RequestedAction, RequestGroup
from proposals.models.saved_view import SavedView
from proposals.models.trail import TrailEntry
from proposals.models.waiver import Waiver

__all__ = [
    "ApiKey",
    "ApiKeyUse",
    "Assessment",
    "ContentSignature",
    "Decision",
    "Estimate",
    "Finding",
    "IdempotentAnswer",
    "LaterReview",
    "LineComment",
    "LineThread",
    "Look",
    "MitigationCheck",
    "Notice",
    "NoticeEndpoint",
    "NoticeKind",
    "Opportunity",
    "OutboundEvent",
    "PolicyVersion",
    "Proposal",
    "ProposalEvent",
    "Question",
    "RequestGroup",
    "RequestedAction",
    "SavedView",
    "Scope",
    "Snooze",
    "TrailEntry",
    "User",
    "Waiver",
    "Watch",
]
