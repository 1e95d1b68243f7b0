"""What a file would change, or changed, on the review page and on the page of its task."""

from __future__ import annotations

import pygit2
from django.http import HttpRequest

from execution.failures import PermanentFailure
from execution.models import ExecutionTask, RollbackArtifact
from execution.services.enqueue import kind_of
from execution.workspace.comparison import Difference, content_of, difference
from execution.workspace.repository import open_workspace
from proposals.admin.panels import Panel, Place, register_panel
from proposals.models import Proposal
from proposals.states import OPEN

_TEMPLATE = "admin/execution/executiontask/difference.html"


@register_panel
def difference_panel(request: HttpRequest, proposal: Proposal) -> Panel | None:
    """The file against the one in the workspace now, while the proposal is open."""
    if proposal.status not in OPEN or not request.user.has_perm("execution.view_executiontask"):
        return None
    if kind_of(proposal) != ExecutionTask.Kind.FILE or proposal.frame is None:
        return None
    title, frame = "Difference to the file in the workspace", proposal.frame
    try:
        workspace = open_workspace()
        blob = workspace.blob_at(workspace.head(), frame.path)
        present = content_of(workspace, blob.id if blob else None)
    except (PermanentFailure, pygit2.GitError, KeyError) as error:
        return Panel(title, _TEMPLATE, {"problem": f"It cannot be compared: {error}."}, place=Place.CHANGE)
    return Panel(title, _TEMPLATE, {"difference": difference(present, frame.content.encode())}, place=Place.CHANGE)


def task_difference(task: ExecutionTask, artifact: RollbackArtifact | None) -> Difference | None:
    """What a file task changed, or would change in the file as it was when it was approved; None for other kinds."""
    if task.kind != ExecutionTask.Kind.FILE or task.proposal.frame is None:
        return None
    before = artifact.data["previous_blob"] if artifact else task.payload.get("base")
    try:
        return difference(content_of(open_workspace(), before), task.proposal.frame.content.encode())
    except (PermanentFailure, pygit2.GitError, KeyError, ValueError) as error:
        return Difference((), f"It cannot be compared: {error}.")
