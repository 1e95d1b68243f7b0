"""Turns a proposal that may go ahead into an execution task, in the transaction that decided it."""

from __future__ import annotations

from execution.rehearsal import proposals  # noqa: F401 - registers itself
from execution.services import enqueue_proposal
from proposals.releases import register

register(enqueue_proposal)
