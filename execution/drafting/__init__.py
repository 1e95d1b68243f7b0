"""Asking AI models to draft a proposal: the prompt, the call, the answer, what it costs, whom to ask next."""

from execution.drafting.answers import Drafted
from execution.drafting.routing import ModelsFailed, NoModel, draft_task

__all__ = ["Drafted", "ModelsFailed", "NoModel", "draft_task"]
