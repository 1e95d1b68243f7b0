"""The workspace's repository: opened, locked, read."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pygit2
from django.conf import settings
from django.db import connection, transaction
from pygit2.enums import FileMode, Option, RepositoryOpenFlag, SortMode

from execution.failures import PermanentFailure, TransientFailure
from execution.workspace.occupancy import occupied
from execution.workspace.paths import is_same_name, parts_of
from execution.workspace.remote import catch_up, ensure_clone

_LOCK_TIMEOUT = "30s"
_FILES = {FileMode.BLOB, FileMode.BLOB_EXECUTABLE}
pygit2.option(Option.ENABLE_FSYNC_GITDIR, True)  # a commit that we report must outlive the machine's next crash


@dataclass(frozen=True, slots=True)
class Blob:
    """A file in a tree: the id of its content, and whether it is executable."""

    id: str
    mode: int


@dataclass(frozen=True)
class Workspace:
    """An open repository with its work tree at ``folder``; ``branch`` is the full name of the branch it is on."""

    repository: pygit2.Repository
    folder: Path
    branch: str

    def head(self) -> pygit2.Commit | None:
        """The last commit of the branch, None before the first."""
        reference = self.repository.references.get(self.branch)
        return None if reference is None else reference.peel(pygit2.Commit)

    def blob_at(self, commit: pygit2.Commit | None, path: str) -> Blob | None:
        """The file at a path of a commit, None when there is none. Reads the tree alone, so follows nothing.

        Raises PermanentFailure when a symlink, a submodule or a file stands on the way, or the path is a folder.
        """
        *folders, name = parts_of(path)
        tree = None if commit is None else commit.tree
        for folder in folders:
            found = _entry(tree, folder, path)
            if found is not None and not isinstance(found, pygit2.Tree):
                raise PermanentFailure(f"{path} was not written: {folder} is a file, a symlink or a submodule there")
            tree = found
        found = _entry(tree, name, path)
        if found is None:
            return None
        if found.filemode not in _FILES:
            raise PermanentFailure(f"{path} was not written: it is a folder, a symlink or a submodule there")
        return Blob(str(found.id), int(found.filemode))

    def commits(self, since: int) -> Iterator[pygit2.Commit]:
        """The branch's commits, newest first, as long as they are not older than ``since`` (seconds since 1970)."""
        head = self.head()
        if head is None:
            return
        for commit in self.repository.walk(head.id, SortMode.TOPOLOGICAL | SortMode.TIME):
            if commit.commit_time < since:
                return
            yield commit


@contextmanager
def locked_workspace() -> Iterator[Workspace]:
    """The workspace, for one task at a time over all machines; the lock lasts until the outermost transaction ends.

    A database that is restarted forgets the lock while its holder lives on, so a second one, of the file system, is
    held beside it. With WORKSPACE_REMOTE the workspace is brought to what the remote has first.

    Raises PermanentFailure when WORKSPACE_PATH names no usable repository, TransientFailure when it is out of reach.
    """
    workspace = open_workspace()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_LOCK_TIMEOUT])
            key = f"execution.workspace:{settings.WORKSPACE_REMOTE or workspace.folder}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
        try:
            with occupied(Path(workspace.repository.path)):
                if settings.WORKSPACE_REMOTE:
                    catch_up(workspace.repository, workspace.branch)
                yield workspace
        except OSError as error:
            raise TransientFailure(f"the workspace could not be written: {error.strerror or error}") from error
        except pygit2.GitError as error:
            raise TransientFailure(f"git refused: {error}") from error


def open_workspace() -> Workspace:
    """The repository that WORKSPACE_PATH names, and no other above it. Raises PermanentFailure."""
    folder = Path(settings.WORKSPACE_PATH).resolve()
    if settings.WORKSPACE_REMOTE:
        ensure_clone(folder)
    try:
        repository = pygit2.Repository(str(folder), RepositoryOpenFlag.NO_SEARCH)
    except pygit2.GitError as error:
        raise PermanentFailure(f"WORKSPACE_PATH={folder} is no git repository: make it one, then retry") from error
    if repository.is_bare or Path(repository.workdir).resolve() != folder:
        raise PermanentFailure(f"WORKSPACE_PATH={folder} has no work tree of its own: name another, then retry")
    branch = repository.lookup_reference("HEAD").target
    if not isinstance(branch, str):  # detached: it names a commit
        raise PermanentFailure(f"the workspace {folder} is on no branch: check one out, then retry")
    return Workspace(repository, folder, branch)


def _entry(tree: pygit2.Tree | None, name: str, path: str) -> pygit2.Object | None:
    if tree is None:
        return None
    for entry in tree:
        if entry.name == name:
            return entry
        if entry.name is not None and is_same_name(entry.name, name):
            raise PermanentFailure(f"{path} was not written: it differs from {entry.name} only in the case of letters")
    return None
