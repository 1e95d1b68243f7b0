"""The repository that the workspace is a clone of: what is not pushed did not happen."""

from __future__ import annotations

from pathlib import Path

import pygit2
from django.conf import settings
from pygit2.enums import ResetMode

from execution.failures import PermanentFailure, TransientFailure

_NAME = "origin"
_TIMEOUT_MS = 30_000


class _Answers(pygit2.RemoteCallbacks):
    """Remembers why the remote refused a reference."""

    refusal = ""

    def push_update_reference(self, refname: str, message: str | None) -> None:  # noqa: ARG002 - the interface's
        """Called for each reference; without a message it was taken."""
        self.refusal = message or ""


def ensure_clone(folder: Path) -> None:
    """Clone WORKSPACE_REMOTE where nothing is yet. Submodules stay away. Raises PermanentFailure."""
    _limit_patience()
    if (folder / ".git").exists():
        return
    try:
        pygit2.clone_repository(settings.WORKSPACE_REMOTE, str(folder))
    except (pygit2.GitError, ValueError, OSError) as error:
        raise PermanentFailure(
            f"WORKSPACE_REMOTE could not be cloned to {folder}: look at the address and the account's key, then retry"
        ) from error


def catch_up(repository: pygit2.Repository, branch: str) -> None:
    """Bring the branch and the work tree to what the remote has. Raises TransientFailure when it is out of reach.

    A commit that was never pushed, or a change that nobody committed, is dropped: the clone belongs to us alone. Raises
    PermanentFailure for a repository that is not a clone of the remote.
    """
    name = branch.removeprefix("refs/heads/")
    if _NAME not in repository.remotes.names() or repository.remotes[_NAME].url != settings.WORKSPACE_REMOTE:
        raise PermanentFailure("WORKSPACE_PATH is no clone of WORKSPACE_REMOTE: name an empty folder, then retry")
    try:
        repository.remotes[_NAME].fetch([f"+refs/heads/{name}:refs/remotes/{_NAME}/{name}"])
    except (pygit2.GitError, KeyError, OSError) as error:
        raise TransientFailure("the remote of the workspace cannot be reached") from error
    remote = repository.references.get(f"refs/remotes/{_NAME}/{name}")
    if remote is not None:
        repository.reset(remote.peel(pygit2.Commit).id, ResetMode.HARD)


def push(repository: pygit2.Repository, branch: str) -> None:
    """Push the branch. Raises TransientFailure when the remote moved meanwhile, refuses, or is out of reach."""
    answers = _Answers()
    try:
        repository.remotes[_NAME].push([f"{branch}:{branch}"], callbacks=answers)
    except (pygit2.GitError, KeyError, OSError) as error:
        raise TransientFailure("the commit could not be pushed: the remote moved or cannot be reached") from error
    if answers.refusal:
        raise TransientFailure(f"the remote refused the commit: {answers.refusal.splitlines()[0]}")


def _limit_patience() -> None:
    pygit2.settings.server_connect_timeout = pygit2.settings.server_timeout = _TIMEOUT_MS
