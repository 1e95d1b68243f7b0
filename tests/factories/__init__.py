"""Things to test with, made by walking the real services."""

from tests.factories.accounts import create_user
from tests.factories.proposals import agreeing, approval_of, create_proposal, decision_on, estimate, submit
from tests.factories.reports import create_report, file_proposal

__all__ = [
    "agreeing",
    "approval_of",
    "create_proposal",
    "create_report",
    "create_user",
    "decision_on",
    "estimate",
    "file_proposal",
    "submit",
]
