"""The check command and its walls; collected where bubblewrap is installed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from execution.failures import PermanentFailure
from execution.handlers import handler_for
from execution.states import TaskStatus
from execution.workspace import sandbox
from fsarsite.samples.workspace import ensure_workspace
from tests.factories.browsers import log_in
from tests.factories.tasks import create_file_task, run_task
from tests.integration.execution.effects.workspaces import git

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Path:
    settings.WORKSPACE_PATH = tmp_path / "workspace"
    ensure_workspace(settings.WORKSPACE_PATH)
    return tmp_path / "workspace"


def test_check_that_succeeds_keeps_what_it_printed(shop: Path, settings: Any) -> None:
    settings.WORKSPACE_CHECK = "sh -c 'cat shop/a.txt; echo $HOME'"

    task = run_task(create_file_task("shop/a.txt", "seeds\n"))

    assert task.status == TaskStatus.SUCCEEDED
    assert task.result["check"]["output"] == "seeds\n/tmp\n"
    assert "seeds" in log_in().get(f"/admin/execution/executiontask/{task.pk}/change/").content.decode()


def test_check_that_fails_commits_nothing(shop: Path, settings: Any) -> None:
    settings.WORKSPACE_CHECK = "sh -c 'echo the seeds are wet; exit 3'"
    before = git(shop, "rev-parse", "HEAD")

    task = run_task(create_file_task("a.txt", "seeds\n"))

    assert (task.status, task.error) == (TaskStatus.FAILED, "the check command ended with 3; nothing was committed")
    assert task.result["check"]["output"] == "the seeds are wet\n"
    assert git(shop, "rev-parse", "HEAD") == before
    assert not (shop / "a.txt").exists()


@pytest.mark.parametrize(
    "attempt",
    [
        "cat /etc/shadow",
        "ls /work /root /home",
        "touch /usr/bin/mine",
        "touch /mine/new",
        "sh -c ': > /dev/tcp/127.0.0.1/80'",
        "python3 -c 'import socket; socket.create_connection((\"1.1.1.1\", 53), 2)'",
        "sh -c 'test -n \"$DATABASE_URL$SECRET_KEY\"'",
        "sh -c 'ls -d /proc/[0-9]* | wc -l | grep -qv \"^[0-9]$\"'",
        "python3 -c 'x = bytearray(5 * 1024 ** 3)'",
        'python3 -c \'open("big", "wb").truncate(65 * 1024 ** 2)\'',
        "sleep 30",
        "mount -t tmpfs none /mnt",
    ],
)
def test_check_cannot_reach_beyond_its_walls(
    shop: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, attempt: str
) -> None:
    monkeypatch.setattr(sandbox, "SECONDS", 3)
    settings.WORKSPACE_CHECK = attempt

    with pytest.raises(PermanentFailure, match="the check command"):
        handler_for("file").execute(create_file_task())


def test_check_works_on_a_copy(shop: Path, settings: Any) -> None:
    settings.WORKSPACE_CHECK = "sh -c 'echo spoiled > README.md; ln -s /etc/passwd link'"

    handler_for("file").execute(create_file_task("a.txt", "seeds\n"))

    assert "spoiled" not in (shop / "README.md").read_text()
    assert git(shop, "status", "--porcelain") == ""
