"""A workspace as git itself sees it."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path


def git(folder: Path, *arguments: str) -> str:
    """What git prints. Its own settings only."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "GIT_CONFIG_NOSYSTEM": "1", "LC_ALL": "C"}
    named = ["-c", "user.name=A person", "-c", "user.email=person@localhost", "-c", "core.hooksPath=/nowhere"]
    command = ["git", "-C", str(folder), *named, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def commit_file(folder: Path, path: str, text: str) -> None:
    """A person commits a file."""
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text(text)
    git(folder, "add", "--force", path)
    git(folder, "commit", "-q", "-m", f"Change {path} by hand")


@dataclass(frozen=True, slots=True)
class Shop:
    """A workspace as git itself sees it."""

    folder: Path

    def git(self, *arguments: str) -> str:
        """What git prints. Its own settings only."""
        return git(self.folder, *arguments)

    def write(self, path: str, text: str) -> None:
        """A person commits a file."""
        commit_file(self.folder, path, text)

    def state(self) -> tuple[str, str, list[str]]:
        """The commit, what git status says, and the files on disk."""
        files = [str(each.relative_to(self.folder)) for each in self.folder.rglob("*") if ".git" not in each.parts]
        return self.git("rev-parse", "HEAD"), self.git("status", "--porcelain", "--ignored"), sorted(files)
