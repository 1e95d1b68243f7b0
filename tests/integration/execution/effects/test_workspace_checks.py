"""A check without a sandbox, conflicts, differences and the executable bit."""

from __future__ import annotations

import itertools
import os
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from execution.failures import PermanentFailure
from execution.handlers import handler_for
from execution.states import TaskStatus
from execution.workspace import checkout
from execution.workspace.comparison import difference
from fsarsite.samples.workspace import ensure_workspace
from proposals.states import Status
from tests.factories import create_proposal, file_proposal
from tests.factories.browsers import log_in, review_url
from tests.factories.tasks import create_file_task, run_task
from tests.integration.execution.effects.workspaces import commit_file, git

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Path:
    settings.WORKSPACE_PATH = tmp_path / "workspace"
    ensure_workspace(settings.WORKSPACE_PATH)
    return tmp_path / "workspace"


def test_check_without_a_sandbox_commits_nothing(
    shop: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    settings.WORKSPACE_CHECK = "true"
    monkeypatch.setenv("PATH", str(tmp_path))
    task = create_file_task()

    with pytest.raises(PermanentFailure, match="apt-get install bubblewrap"):
        handler_for("file").execute(task)

    assert not (shop / "shop").exists()


def test_conflict_is_kept_and_shown_three_ways(shop: Path) -> None:
    commit_file(shop, "a.txt", "one\ntwo\nthree\nfour\nfive\n")
    task = create_file_task("a.txt", "one\ntwo\nthree\nfour\nFIVE\n")
    commit_file(shop, "a.txt", "ONE\ntwo\nthree\nfour\nfive\n")

    run_task(task)

    task.refresh_from_db()
    conflict = task.result["conflict"]
    assert task.status == TaskStatus.FAILED
    assert {"-one", "+ONE"} <= set(conflict["since"]["lines"])
    assert {"-five", "+FIVE"} <= set(conflict["proposed"]["lines"])
    assert (conflict["merged"], conflict["is_clean"]) == ("ONE\ntwo\nthree\nfour\nFIVE\n", True)
    page = log_in().get(f"/admin/execution/executiontask/{task.pk}/change/").content.decode()
    assert "Conflict in a.txt" in page
    assert "+FIVE" in page


def test_conflict_that_cannot_be_merged_has_markers(shop: Path) -> None:
    commit_file(shop, "a.txt", "one\n")
    task = create_file_task("a.txt", "two\n")
    commit_file(shop, "a.txt", "<script>three\n")

    with pytest.raises(PermanentFailure) as failure:
        handler_for("file").execute(task)

    conflict = failure.value.details["conflict"]
    assert conflict["is_clean"] is False
    assert "<<<<<<<" in conflict["merged"]


@pytest.mark.parametrize(
    ("content", "mode"), [("#!/bin/sh\necho seeds\n", "100755"), ("echo seeds\n", "100644")], ids=["script", "text"]
)
def test_execute_makes_new_scripts_executable(shop: Path, content: str, mode: str) -> None:
    handler_for("file").execute(create_file_task("tools/seed", content))

    assert git(shop, "ls-tree", "HEAD", "tools/seed").startswith(mode)
    assert os.access(shop / "tools/seed", os.X_OK) is (mode == "100755")


def test_review_page_shows_the_difference_to_the_present_file(shop: Path) -> None:
    commit_file(shop, "a.txt", "one\n<script>alert(1)</script>\n")
    proposal = create_proposal(Status.BLOCKED, block_execution=True, proposal=file_proposal("a.txt", "one\nthree"))

    page = log_in().get(review_url(proposal)).content.decode()

    assert "Difference to the file in the workspace" in page
    assert '<span class="fs-added">+three</span>' in page
    assert "-&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_review_page_without_a_workspace_says_so(settings: Any, tmp_path: Path) -> None:
    settings.WORKSPACE_PATH = tmp_path
    proposal = create_proposal(Status.BLOCKED, block_execution=True, proposal=file_proposal("a.txt", "one"))

    assert "It cannot be compared" in log_in().get(review_url(proposal)).content.decode()


@pytest.mark.parametrize(
    ("before", "after", "note"),
    [
        (b"a", b"a", "There is no difference."),
        (None, b"a\n", "The file is new."),
        (b"\xff\xfe", b"a", "One of the files is no text; it is not compared."),
        (b"a" * 600_000, b"a", "One of the files has more than 512 KiB; it is not compared."),
        (b"a\r\n", b"a\n", "Only line ends differ."),
        (b"", b"a\n" * 3000, "1001 more lines are not shown."),
    ],
)
def test_difference_says_what_it_leaves_out(before: bytes | None, after: bytes, note: str) -> None:
    assert difference(before, after).note == note


def test_execute_racing_with_a_folder_that_becomes_a_symlink_never_writes_outside(shop: Path, tmp_path: Path) -> None:
    """While files are written, somebody swaps their folder for a symlink, again and again."""
    outside, way, ended = tmp_path / "outside", shop / "way", threading.Event()
    outside.mkdir()

    def swap() -> None:
        for number in itertools.takewhile(lambda _: not ended.is_set(), itertools.count()):
            with suppress(OSError):
                way.rename(shop / f"aside{number}")
            with suppress(OSError):
                way.symlink_to(outside)
            with suppress(OSError):
                way.unlink()

    swapper = threading.Thread(target=swap)
    swapper.start()
    written = 0
    try:
        for number in range(300):
            with suppress(PermanentFailure, OSError):
                content = checkout.Content(b"harm\n", is_executable=False)
                checkout.write_file(shop, f"way/{number}.txt", content, uuid4())
                written += 1
    finally:
        ended.set()
        swapper.join()

    assert list(outside.iterdir()) == []
    assert len(list(shop.rglob("*.txt"))) >= written


def test_task_page_shows_the_difference_that_it_would_make_and_that_it_made(shop: Path) -> None:
    commit_file(shop, "a.txt", "one\n")
    task, client = create_file_task("a.txt", "<b>two</b>\n"), log_in()
    url = f"/admin/execution/executiontask/{task.pk}/change/"

    before = client.get(url).content.decode()
    run_task(task)
    commit_file(shop, "a.txt", "three\n")
    after = client.get(url).content.decode()

    for page in (before, after):
        assert '<span class="fs-removed">-one</span>' in page
        assert '<span class="fs-added">+&lt;b&gt;two&lt;/b&gt;</span>' in page
