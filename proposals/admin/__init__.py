"""The operators' pages for what is proposed. Importing this registers them."""

from proposals.admin.accounts import AccountAdmin, AccountGroupAdmin
from proposals.admin.decision import DecisionAdmin
from proposals.admin.keys import ApiKeyAdmin
from proposals.admin.notices import NoticeAdmin, NoticeEndpointAdmin
from proposals.admin.opportunity import OpportunityAdmin
from proposals.admin.panels import Panel, Place, register_panel
from proposals.admin.policy import PolicyVersionAdmin
from proposals.admin.proposal import ProposalAdmin
from proposals.admin.trail import TrailAdmin

__all__ = [
    "AccountAdmin",
    "AccountGroupAdmin",
    "ApiKeyAdmin",
    "DecisionAdmin",
    "NoticeAdmin",
    "NoticeEndpointAdmin",
    "OpportunityAdmin",
    "Panel",
    "Place",
    "PolicyVersionAdmin",
    "ProposalAdmin",
    "TrailAdmin",
    "register_panel",
]
