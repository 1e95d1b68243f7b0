"""One commit per task, and its revert. No hooks run: libgit2 has none."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import pygit2
from django.conf import settings
from pygit2.enums import FileMode

from execution.failures import TransientFailure
from execution.models import TaskPhase
from execution.services.phases import enter_phase
from execution.workspace.checkout import Content, write_file
from execution.workspace.remote import push
from execution.workspace.repository import Blob, Workspace

AUTHOR = "fsarsite"


@dataclass(frozen=True, slots=True)
class Change:
    """One file's new state; None removes it."""

    path: str
    blob: Blob | None


def store(workspace: Workspace, data: bytes, mode: int | None) -> Blob:
    """Keep the content in the repository; nothing refers to it yet.

    An existing file's mode stays; a new one that begins with ``#!`` is executable.
    """
    new = FileMode.BLOB_EXECUTABLE if data.startswith(b"#!") else FileMode.BLOB
    return Blob(str(workspace.repository.create_blob(data)), mode or int(new))


def commit_change(workspace: Workspace, change: Change, title: str, trailers: Mapping[str, str]) -> pygit2.Commit:
    """Commit exactly this change on top of the branch, and push it when there is a remote.

    Raises TransientFailure when the branch moved meanwhile, here or there; nothing is committed then.
    """
    repository, head = workspace.repository, workspace.head()
    author = pygit2.Signature(AUTHOR, f"{AUTHOR}@localhost")
    told = "\n".join(f"{name}: {' '.join(value.split())}" for name, value in trailers.items())
    parents = [head.id] if head is not None else []
    made = repository.create_commit(None, author, author, f"{title}\n\n{told}\n", tree_with(workspace, change), parents)
    _advance(workspace, head, made)
    if settings.WORKSPACE_REMOTE:
        enter_phase(TaskPhase.Name.PUSH)
        _publish(workspace, head)
    commit = repository[made]
    return commit.peel(pygit2.Commit)


def tree_with(workspace: Workspace, change: Change) -> pygit2.Oid:
    """The tree of the last commit with this change; nothing refers to it yet."""
    index, head = pygit2.Index(), workspace.head()
    if head is not None:
        index.read_tree(head.tree)
    _put(index, change)
    return index.write_tree(workspace.repository)


def check_out(workspace: Workspace, change: Change, task: UUID) -> None:
    """Bring one file of the work tree, and the index, to what was committed. Idempotent."""
    write_file(workspace.folder, change.path, _content(workspace, change.blob), task)
    index = workspace.repository.index
    index.read()
    _put(index, change)
    index.write()


def find_commit(workspace: Workspace, trailer: str, value: str, since: int) -> pygit2.Commit | None:
    """Our commit with this trailer, among those not older than ``since``."""
    for commit in workspace.commits(since):
        if commit.author.name == AUTHOR and commit.message_trailers.get(trailer) == value:
            return commit
    return None


def commits_touching(workspace: Workspace, path: str, after: pygit2.Commit) -> list[str]:
    """The commits since ``after`` that changed the path: short id and title, newest first."""
    found = []
    for commit in workspace.commits(after.commit_time):
        if commit.id == after.id:
            break
        parent = commit.parents[0] if commit.parents else None
        if workspace.blob_at(commit, path) != workspace.blob_at(parent, path):
            found.append(f"{str(commit.id)[:10]} {commit.message.splitlines()[0]}")
    return found


def _put(index: pygit2.Index, change: Change) -> None:
    if change.blob is not None:
        index.add(pygit2.IndexEntry(change.path, pygit2.Oid(hex=change.blob.id), FileMode(change.blob.mode)))
    elif change.path in index:
        index.remove(change.path)


def _content(workspace: Workspace, blob: Blob | None) -> Content | None:
    if blob is None:
        return None
    data = workspace.repository[pygit2.Oid(hex=blob.id)].read_raw()
    return Content(data, blob.mode == FileMode.BLOB_EXECUTABLE)


def _publish(workspace: Workspace, head: pygit2.Commit | None) -> None:
    """Push, or take the commit back."""
    try:
        push(workspace.repository, workspace.branch)
    except TransientFailure:
        if head is not None:
            workspace.repository.references[workspace.branch].set_target(head.id, f"{AUTHOR}: not pushed")
        raise


def _advance(workspace: Workspace, head: pygit2.Commit | None, made: pygit2.Oid) -> None:
    """Move the branch from what we saw to what we made, or not at all."""
    references = workspace.repository.references
    try:
        reference = references.get(workspace.branch)
        if (reference and reference.target) != (head and head.id):
            raise TransientFailure("the branch of the workspace moved while the file was committed")
        if reference is None:
            references.create(workspace.branch, made)
        else:
            reference.set_target(made, f"{AUTHOR}: approved change")  # libgit2 compares with what was read
    except (pygit2.GitError, ValueError) as error:
        raise TransientFailure(f"the branch of the workspace could not be moved: {error}") from error
