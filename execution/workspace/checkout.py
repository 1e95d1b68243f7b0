"""The work tree of the workspace, walked by descriptors so that nothing on the way can be swapped for a symlink."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pygit2

from execution.failures import PermanentFailure
from execution.workspace.paths import parts_of

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Content:
    """What a file shall hold."""

    data: bytes
    is_executable: bool


def ensure_untouched(root: Path, path: str, *expected: str | None) -> None:
    """Raise PermanentFailure unless the file on disk has one of these blob ids (None: there is no file).

    Also for a symlink, a folder or another repository on the way.
    """
    with _folder_of(root, path, make=False) as (folder, name):
        found = None if folder is None else _blob_id(folder, name, path)
    if found not in expected:
        raise PermanentFailure(f"{path} holds changes on disk that are in no commit: commit or remove them, then retry")


def write_file(root: Path, path: str, content: Content | None, task: UUID) -> None:
    """Put the content there, whole or not at all; None removes the file and the folders that it leaves empty."""
    with _folder_of(root, path, make=content is not None) as (folder, name):
        if folder is not None and content is not None:
            _replace(folder, name, content, f".fsarsite-{task.hex}")
        elif folder is not None:
            with suppress(FileNotFoundError):
                os.unlink(name, dir_fd=folder)
    if content is None:
        _remove_empty_folders(root, parts_of(path)[:-1])


@contextmanager
def _folder_of(root: Path, path: str, *, make: bool) -> Iterator[tuple[int | None, str]]:
    """The open folder that holds the file, None when it is missing and not to be made, and the file's name."""
    *folders, name = parts_of(path)
    with ExitStack() as opened:
        descriptor: int | None = _kept(opened, os.open(root, _FOLDER))
        for folder in folders:
            if descriptor is not None:
                descriptor = _kept(opened, _enter(descriptor, folder, path, make=make))
        yield descriptor, name


def _kept(opened: ExitStack, descriptor: int | None) -> int | None:
    if descriptor is not None:
        opened.callback(os.close, descriptor)
    return descriptor


def _enter(outer: int, name: str, path: str, *, make: bool) -> int | None:
    try:
        if make:
            with suppress(FileExistsError):
                os.mkdir(name, 0o755, dir_fd=outer)
        inner = os.open(name, _FOLDER, dir_fd=outer)
    except FileNotFoundError:
        if make:  # somebody removed it since
            raise
        return None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise PermanentFailure(f"{path} was not written: {name} is a symlink or a file on disk") from error
        raise
    if _exists(inner, ".git"):
        os.close(inner)
        raise PermanentFailure(f"{path} was not written: {name} is a repository of its own")
    return inner


def _exists(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _blob_id(folder: int, name: str, path: str) -> str | None:
    try:
        descriptor = os.open(name, _READ, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENXIO}:
            raise PermanentFailure(f"{path} was not written: it is a symlink or a socket on disk") from error
        raise
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise PermanentFailure(f"{path} was not written: it is no ordinary file on disk")
        return str(pygit2.hash(file.read()))


def _replace(folder: int, name: str, content: Content, temporary: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(temporary, dir_fd=folder)  # of an attempt that was killed
    descriptor = os.open(temporary, _NEW_FILE, 0o644, dir_fd=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content.data)
            os.fchmod(file.fileno(), 0o755 if content.is_executable else 0o644)
            file.flush()
            os.fsync(file.fileno())
        os.rename(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
    except BaseException:
        with suppress(FileNotFoundError):
            os.unlink(temporary, dir_fd=folder)
        raise


def _remove_empty_folders(root: Path, folders: tuple[str, ...]) -> None:
    for depth in range(len(folders), 0, -1):
        inside = "/".join(folders[:depth])
        with _folder_of(root, inside, make=False) as (outer, name):
            try:
                if outer is not None:
                    os.rmdir(name, dir_fd=outer)
            except OSError as error:
                if error.errno not in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT}:
                    raise
                return
