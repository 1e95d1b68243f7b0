"""The git workspace that approved files are committed to."""

from __future__ import annotations

from pathlib import Path

import pygit2
from pygit2.enums import RepositoryInitFlag, RepositoryOpenFlag

_README = "# Workspace of the shop\n\nApproved files are committed here, one commit for each task.\n"


def ensure_workspace(path: Path) -> bool:
    """Make the folder a git repository with one commit on the branch main; False when it was one. Idempotent.

    Raises OSError, also for a folder that holds files and no commit, and pygit2.GitError.
    """
    if _is_repository(path):
        return False
    path.mkdir(parents=True, exist_ok=True)
    if any(held.name != ".git" for held in path.iterdir()):
        raise FileExistsError("it holds files that are in no commit")
    repository = pygit2.init_repository(path, flags=RepositoryInitFlag.MKPATH, initial_head="main")
    (path / "README.md").write_text(_README, encoding="utf-8", newline="")
    repository.index.add("README.md")
    repository.index.write()
    author = pygit2.Signature("fsarsite", "fsarsite@localhost")
    tree = repository.index.write_tree()
    repository.create_commit("HEAD", author, author, "Start the workspace.", tree, [])
    return True


def _is_repository(path: Path) -> bool:
    # NO_SEARCH: without it a checkout above the folder would be taken for the workspace.
    try:
        return not pygit2.Repository(str(path), RepositoryOpenFlag.NO_SEARCH).is_empty
    except pygit2.GitError:
        return False
