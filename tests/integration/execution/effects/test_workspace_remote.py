"""A workspace that is a clone: what is not pushed did not happen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from execution.failures import PermanentFailure, TransientFailure
from execution.handlers import handler_for
from fsarsite.samples.workspace import ensure_workspace
from tests.factories.tasks import create_file_task
from tests.integration.execution.effects.workspaces import commit_file, git

pytestmark = pytest.mark.django_db


@pytest.fixture
def remote(tmp_path: Path, settings: Any) -> Path:
    """A bare repository on another place, of which the workspace is to be a clone."""
    ensure_workspace(tmp_path / "person")
    git(tmp_path, "clone", "-q", "--bare", "person", "remote.git")
    git(tmp_path / "person", "remote", "add", "origin", str(tmp_path / "remote.git"))
    settings.WORKSPACE_REMOTE = str(tmp_path / "remote.git")
    settings.WORKSPACE_PATH = tmp_path / "clone"
    return tmp_path / "remote.git"


def push_by_hand(remote: Path, path: str, text: str) -> None:
    person = remote.parent / "person"
    git(person, "pull", "-q", "--rebase", "origin", "main")
    commit_file(person, path, text)
    git(person, "push", "-q", "origin", "main")


def test_execute_clones_commits_and_pushes(remote: Path) -> None:
    execution = handler_for("file").execute(create_file_task("shop/a.txt", "seeds\n"))

    assert git(remote, "rev-parse", "main").strip() == execution.result["commit"]
    assert git(remote, "show", "main:shop/a.txt") == "seeds\n"
    assert git(remote.parent / "clone", "status", "--porcelain") == ""


def test_execute_goes_on_from_what_others_pushed(remote: Path) -> None:
    handler_for("file").execute(create_file_task("a.txt", "one\n"))
    push_by_hand(remote, "b.txt", "by a person\n")

    handler_for("file").execute(create_file_task("c.txt", "three\n"))

    assert git(remote, "ls-tree", "--name-only", "main").split() == ["README.md", "a.txt", "b.txt", "c.txt"]


def test_execute_that_cannot_push_leaves_nothing_and_may_be_tried_again(remote: Path) -> None:
    refusing = remote / "hooks" / "pre-receive"
    refusing.parent.mkdir(exist_ok=True)
    task = create_file_task("a.txt", "one\n")
    handler_for("file").execute(create_file_task("b.txt", "two\n"))
    head = git(remote.parent / "clone", "rev-parse", "main")
    (remote / "refs/heads/main.lock").touch()

    with pytest.raises(TransientFailure):
        handler_for("file").execute(task)

    assert git(remote.parent / "clone", "rev-parse", "main") == head
    (remote / "refs/heads/main.lock").unlink()
    handler_for("file").execute(task)
    assert git(remote, "show", "main:a.txt") == "one\n"


def test_execute_twice_pushes_once(remote: Path) -> None:
    task = create_file_task("a.txt", "one\n")

    first, second = handler_for("file").execute(task), handler_for("file").execute(task)

    assert first == second
    assert git(remote, "rev-list", "--count", "main").strip() == "2"


def test_roll_back_is_pushed(remote: Path) -> None:
    task = create_file_task("a.txt", "one\n")
    execution = handler_for("file").execute(task)
    assert execution.artifact is not None

    handler_for("file").roll_back(task, execution.artifact)

    assert git(remote, "ls-tree", "--name-only", "main").split() == ["README.md"]


def test_execute_with_a_remote_that_is_gone_may_be_tried_again(remote: Path) -> None:
    handler_for("file").execute(create_file_task("a.txt", "one\n"))
    remote.rename(remote.with_name("elsewhere.git"))

    with pytest.raises(TransientFailure, match="cannot be reached"):
        handler_for("file").execute(create_file_task("b.txt", "two\n"))


def test_execute_without_a_clone_or_a_remote_names_the_setting(remote: Path, settings: Any) -> None:
    settings.WORKSPACE_REMOTE = str(remote.with_name("absent.git"))

    with pytest.raises(PermanentFailure, match="WORKSPACE_REMOTE could not be cloned"):
        handler_for("file").execute(create_file_task())


def test_execute_in_a_folder_that_is_no_clone_is_refused_and_leaves_it(remote: Path, settings: Any) -> None:
    settings.WORKSPACE_PATH = remote.parent / "mine"
    ensure_workspace(settings.WORKSPACE_PATH)
    commit_file(settings.WORKSPACE_PATH, "mine.txt", "precious")

    with pytest.raises(PermanentFailure, match="is no clone of WORKSPACE_REMOTE"):
        handler_for("file").execute(create_file_task())

    assert (settings.WORKSPACE_PATH / "mine.txt").read_text() == "precious"
