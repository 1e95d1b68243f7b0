"""The file that a proposed one would replace."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pygit2
from django.conf import settings

from execution.failures import PermanentFailure
from execution.workspace.comparison import content_of
from execution.workspace.replacement import what_is_lost
from execution.workspace.repository import open_workspace
from proposals.gate.languages.identity import Language
from proposals.gate.measurements import Measurement
from proposals.gate.subject import Subject
from proposals.measurements import register
from proposals.reports import ProposalType, Report

RULE = "path/overwrites"


@register
def measure_replacement(report: Report) -> Iterable[Measurement]:
    """What goes of the present file. Nothing without a workspace here; the run compares again before it writes."""
    subject = Subject.of(report)
    is_written = subject.type is not ProposalType.IMPLEMENT_IDEA and subject.language is not Language.SQL
    if subject.frame is None or not is_written:
        return ()
    before = _present(subject.frame.path)
    lost = what_is_lost(before, subject.frame.content.encode("utf-8", "replace")) if before else ""
    return (Measurement(RULE, f"{subject.frame.path} is there, and would lose {lost}"),) if lost else ()


def _present(path: str) -> bytes | None:
    """The file as the workspace has it now. None for no file, or none that can be read: that fails when it runs."""
    if not (Path(settings.WORKSPACE_PATH) / ".git").exists():  # a remote is not cloned for a look
        return None
    try:
        workspace = open_workspace()
        blob = workspace.blob_at(workspace.head(), path)
        content = content_of(workspace, blob.id if blob else None)
    except (PermanentFailure, pygit2.GitError, KeyError):
        return None
    return content
