"""One file in the git workspace."""

from __future__ import annotations

import hashlib
from typing import Any

import pygit2

from execution.handlers.handler import Execution, Handler, PermanentFailure, RollbackRefused, register
from execution.models import ExecutionTask, TaskPhase
from execution.services.phases import enter_phase
from execution.workspace.checkout import ensure_untouched
from execution.workspace.commits import (
    Change,
    check_out,
    commit_change,
    commits_touching,
    find_commit,
    store,
    tree_with,
)
from execution.workspace.comparison import conflict_of
from execution.workspace.repository import Blob, Workspace, locked_workspace, open_workspace
from execution.workspace.sandbox import check_tree
from proposals.models import Proposal
from proposals.reports import FileFrame

TASK, REVERTS = "FSAR-Task", "FSAR-Reverts"
_CLOCKS = 24 * 3600
"""How far the clock that dates commits may be behind the database's, in seconds."""


@register
class FileHandler(Handler):
    """Commits the framed file to the workspace, one commit per task, and checks out just that file.

    Payload: ``base``, the blob id that the file had when it was approved, None for no file; ``sha256`` of the content.
    Result: ``outcome`` ("applied" or "already_satisfied"), ``commit``, ``path``, and ``check`` when one is configured.
    Of a failed one: ``conflict`` (see `conflict_of`) or ``check``.
    Artifact: ``commit``, ``path``, ``blob``, ``mode``, ``previous_blob``, ``previous_mode``.
    The commit's trailer names the task: a second execution finds it and only repairs the checkout.
    """

    kind = ExecutionTask.Kind.FILE

    def prepare(self, proposal: Proposal) -> dict[str, Any]:
        """What the file is now. A workspace or path that is not usable counts as no file: it fails when it runs."""
        frame = proposal.frame
        if frame is None:
            return {"base": None, "sha256": ""}
        try:
            workspace = open_workspace()
            blob = workspace.blob_at(workspace.head(), frame.path)
        except (PermanentFailure, pygit2.GitError):
            blob = None
        return {"base": _id(blob), "sha256": _digest(frame)}

    def execute(self, task: ExecutionTask) -> Execution:
        """Raises PermanentFailure for a path that may not be written, or a file that changed since approval."""
        frame = _frame_of(task)
        enter_phase(TaskPhase.Name.COMPARE)
        with locked_workspace() as workspace:
            done = find_commit(workspace, TASK, str(task.public_id), int(task.queued_at.timestamp()) - _CLOCKS)
            if done is not None:
                return _repaired(workspace, task, frame, done)
            return _written(workspace, task, frame)

    def roll_back(self, task: ExecutionTask, artifact: dict[str, Any]) -> dict[str, Any]:
        """Commit the reverse of exactly this file. Raises RollbackRefused when it was changed since."""
        path = str(artifact["path"])
        with locked_workspace() as workspace:
            made = _commit(workspace, artifact["commit"])
            former = _former(artifact)
            done = find_commit(workspace, REVERTS, str(task.public_id), made.commit_time - _CLOCKS)
            try:
                if done is None:
                    done = _reverted(workspace, task, path, made, former)
                elif workspace.blob_at(workspace.head(), path) == former:
                    check_out(workspace, Change(path, former), task.public_id)
            except PermanentFailure as error:
                raise RollbackRefused(str(error)) from error
            return {"commit": str(done.id), "path": path}


def _frame_of(task: ExecutionTask) -> FileFrame:
    frame = task.proposal.frame
    if frame is None or task.payload.get("sha256") != _digest(frame):
        raise PermanentFailure("the content is not the one that was approved; propose the file again")
    return frame


def _written(workspace: Workspace, task: ExecutionTask, frame: FileFrame) -> Execution:
    path, data = frame.path, frame.content.encode()
    present = workspace.blob_at(workspace.head(), path)
    blob = store(workspace, data, present.mode if present else None)
    base = task.payload.get("base")
    if _id(present) != base:
        raise PermanentFailure(
            f"{path} changed since it was approved; propose the file again on top of what is there",
            {"conflict": conflict_of(workspace, path, base, _id(present), blob.id)},
        )
    ensure_untouched(workspace.folder, path, _id(present), blob.id)
    if blob == present:
        return Execution(result={"outcome": "already_satisfied", "path": path, "commit": None})
    checked = check_tree(workspace, tree_with(workspace, Change(path, blob)))
    enter_phase(TaskPhase.Name.COMMIT)
    commit = commit_change(workspace, Change(path, blob), f"Write {path}", _trailers(task))
    enter_phase(TaskPhase.Name.WRITE)
    check_out(workspace, Change(path, blob), task.public_id)
    return _execution(commit, path, blob, present, checked)


def _repaired(workspace: Workspace, task: ExecutionTask, frame: FileFrame, done: pygit2.Commit) -> Execution:
    """The commit of an earlier delivery, whose checkout may be missing; a file that changed since is left alone."""
    path = frame.path
    blob = workspace.blob_at(done, path)
    present = workspace.blob_at(done.parents[0] if done.parents else None, path)
    if blob is None:
        raise PermanentFailure(f"the commit {done.id} does not hold {path}; look at the workspace")
    if workspace.blob_at(workspace.head(), path) == blob:
        ensure_untouched(workspace.folder, path, _id(present), blob.id)
        check_out(workspace, Change(path, blob), task.public_id)
    return _execution(done, path, blob, present)


def _execution(
    commit: pygit2.Commit, path: str, blob: Blob, previous: Blob | None, checked: dict[str, Any] | None = None
) -> Execution:
    return Execution(
        result={"outcome": "applied", "commit": str(commit.id), "path": path} | (checked or {}),
        artifact={
            "commit": str(commit.id),
            "path": path,
            "blob": blob.id,
            "mode": blob.mode,
            "previous_blob": _id(previous),
            "previous_mode": previous and previous.mode,
        },
    )


def _reverted(
    workspace: Workspace, task: ExecutionTask, path: str, made: pygit2.Commit, former: Blob | None
) -> pygit2.Commit:
    written = workspace.blob_at(made, path)
    if workspace.blob_at(workspace.head(), path) != written:
        since = "; ".join(commits_touching(workspace, path, made)) or "a rewritten history"
        raise RollbackRefused(f"{path} was changed since by {since}; nothing was changed")
    ensure_untouched(workspace.folder, path, _id(written))
    trailers = {"FSAR-Report": task.proposal.report_id, REVERTS: str(task.public_id), "Reverts": str(made.id)}
    commit = commit_change(workspace, Change(path, former), f"Revert: write {path}", trailers)
    check_out(workspace, Change(path, former), task.public_id)
    return commit


def _commit(workspace: Workspace, name: str) -> pygit2.Commit:
    found: Any = workspace.repository.get(pygit2.Oid(hex=name))
    if not isinstance(found, pygit2.Commit):
        raise RollbackRefused(f"the workspace has no commit {name}; nothing was changed")
    return found


def _former(artifact: dict[str, Any]) -> Blob | None:
    blob = artifact["previous_blob"]
    return Blob(blob, artifact["previous_mode"]) if blob else None


def _id(blob: Blob | None) -> str | None:
    return blob.id if blob else None


def _trailers(task: ExecutionTask) -> dict[str, str]:
    trailers = {"FSAR-Report": task.proposal.report_id, TASK: str(task.public_id)}
    if task.approved_by:
        trailers["Approved-By"] = task.approved_by.username
    elif task.proposal.assessment:
        trailers["Policy"] = str(task.proposal.assessment.policy.version)
    return trailers | ({"AI-Model": task.ai_model} if task.ai_model else {})


def _digest(frame: FileFrame) -> str:
    return hashlib.sha256(frame.content.encode()).hexdigest()
