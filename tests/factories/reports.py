"""Reports of ours, never anyone's real ones."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from proposals.reports import Report

PLAN = "self_improvement:  Keep a journal of every deployment.\n\n- **Journal**: who deployed what, and when."


def create_report(**fields: Any) -> Report:
    """A well-formed report of a harmless plan; every call another id, so pass ``proposal`` for other content."""
    given: dict[str, Any] = {
        "id": f"fsar_{uuid4()}",
        "timestamp": "2026-03-01T08:00:00.000Z",
        "severity": 6,
        "block_execution": False,
        "proposal": f"{PLAN} Number {uuid4().hex}.",
        "risks": ("The journal is forgotten.",),
        "mitigations": ("A reminder in the deployment script.",),
    }
    return Report(**(given | fields))


def file_proposal(path: str, content: str, opportunity: str = "Seed Shop") -> str:
    """The text of a proposal for one file."""
    return (
        f"idea_implementation: Create or update the file {path} with this complete content:\n\n{content}\n\n"
        f"This is for opportunity: {opportunity}\nMake sure the file is complete, working, and production-ready."
    )
