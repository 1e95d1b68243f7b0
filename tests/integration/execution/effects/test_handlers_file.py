"""The file handler against a real repository."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import pygit2
import pytest
from django.db import connections

from execution.handlers import PermanentFailure, RollbackRefused, TransientFailure, handler_for
from execution.models import ExecutionTask, Rollback
from execution.services.rollback import roll_back_task
from execution.workspace import commits, occupancy
from proposals.models import Proposal
from proposals.reports import Form, render_json
from proposals.services import approve_proposal
from proposals.states import Status
from tests.factories import approval_of, create_proposal, create_report, create_user, file_proposal, submit
from tests.factories.tasks import create_file_task, run_task
from tests.integration.execution.effects.workspaces import Shop

pytestmark = pytest.mark.django_db


def create_bytes(path: str, content: str) -> bytes:
    return render_json(create_report(proposal=file_proposal(path, content))).encode()


def test_execute_commits_exactly_the_file(shop: Shop) -> None:
    task = create_file_task("shop/pages/index.html", "<h1>Bohnen, größer ✓</h1>\r\n\n")

    execution = handler_for("file").execute(task)

    assert shop.git("show", "--stat=200", "--format=%an", "HEAD").split() == (
        ["fsarsite", "shop/pages/index.html", "|", "2", "++", "1", "file", "changed,", "2", "insertions(+)"]
    )
    assert (shop.folder / "shop/pages/index.html").read_bytes() == "<h1>Bohnen, größer ✓</h1>\r\n\n".encode()
    assert shop.git("status", "--porcelain") == ""
    assert execution.result["commit"] == shop.git("rev-parse", "HEAD").strip()
    assert execution.artifact["previous_blob"] is None


def test_execute_names_report_task_approver_and_model(shop: Shop) -> None:
    model, approver = create_user("llama-small", kind="model"), create_user("ada")
    proposal = create_proposal(Status.BLOCKED, by=model, proposal=file_proposal("a.txt", "b"), block_execution=True)
    approve_proposal(**approval_of(proposal), by=approver)
    task = proposal.tasks.get()

    handler_for("file").execute(task)

    assert shop.git("log", "-1", "--format=%s%n%(trailers)").strip().splitlines() == [
        "Write a.txt",
        f"FSAR-Report: {proposal.report_id}",
        f"FSAR-Task: {task.public_id}",
        "Approved-By: ada",
        "AI-Model: llama-small",
    ]


def test_execute_of_what_the_policy_cleared_names_the_policy(shop: Shop) -> None:
    proposal = submit(create_report(proposal=file_proposal("notes/new.txt", "Sow in March."))).proposal

    handler_for("file").execute(proposal.tasks.get())

    assert f"Policy: {proposal.assessment.policy.version}" in shop.git("log", "-1", "--format=%B")


def test_execute_updates_a_file_and_keeps_its_mode(shop: Shop) -> None:
    shop.write("run.sh", "echo one\n")
    (shop.folder / "run.sh").chmod(0o755)
    shop.git("commit", "-q", "-am", "Make it executable")

    execution = handler_for("file").execute(create_file_task("run.sh", "echo two"))

    assert (shop.folder / "run.sh").read_text() == "echo two"
    assert os.access(shop.folder / "run.sh", os.X_OK)
    assert shop.git("status", "--porcelain") == ""
    assert execution.artifact["previous_mode"] == 0o100755


def test_execute_twice_commits_once(shop: Shop) -> None:
    task = create_file_task()

    first = handler_for("file").execute(task)
    after = shop.state()
    second = handler_for("file").execute(task)

    assert second == first
    assert shop.state() == after


def test_execute_again_after_a_crash_before_the_checkout_repairs_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, handler = create_file_task("shop/index.html"), handler_for("file")
    with monkeypatch.context() as patched:
        patched.setattr("execution.handlers.file.check_out", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            handler.execute(task)

    handler.execute(task)

    assert (shop.folder / "shop/index.html").exists()
    assert shop.git("status", "--porcelain") == ""
    assert shop.git("rev-list", "--count", "HEAD").strip() == "2"


def test_execute_after_a_worker_was_killed_in_mid_commit(shop: Shop) -> None:
    (shop.folder / ".git" / occupancy.NAME).write_text("at work\n")
    (shop.folder / ".git/index.lock").touch()
    (shop.folder / ".git/refs/heads/main.lock").touch()

    handler_for("file").execute(create_file_task("a.txt", "new"))

    assert shop.git("status", "--porcelain") == ""


def test_execute_while_a_person_holds_gits_lock_is_tried_again_later(shop: Shop) -> None:
    (shop.folder / ".git/refs/heads/main.lock").touch()

    with pytest.raises(TransientFailure):
        handler_for("file").execute(create_file_task("a.txt", "new"))

    assert (shop.folder / ".git/refs/heads/main.lock").exists()
    assert not (shop.folder / "a.txt").exists()


def test_execute_of_what_is_there_commits_nothing(shop: Shop) -> None:
    shop.write("a.txt", "same")
    before = shop.state()

    execution = handler_for("file").execute(create_file_task("a.txt", "same"))

    assert execution.result["outcome"] == "already_satisfied"
    assert execution.artifact is None
    assert shop.state() == before


def test_execute_into_a_repository_without_commits(settings: Any, tmp_path: Path) -> None:
    settings.WORKSPACE_PATH = tmp_path / "fresh"
    pygit2.init_repository(settings.WORKSPACE_PATH, initial_head="trunk")
    task = create_file_task("a.txt", "first")

    handler_for("file").execute(task)

    assert Shop(settings.WORKSPACE_PATH).git("log", "--format=%s", "trunk") == "Write a.txt\n"


@pytest.mark.parametrize("change", ["changed", "removed", "created"])
def test_execute_refuses_a_file_that_changed_since_approval(shop: Shop, change: str) -> None:
    if change != "created":
        shop.write("a.txt", "one")
    task = create_file_task("a.txt", "proposed")
    if change == "removed":
        shop.git("rm", "-q", "a.txt")
        shop.git("commit", "-q", "-m", "Remove it")
    else:
        shop.write("a.txt", "two")
    before = shop.state()

    with pytest.raises(PermanentFailure, match=r"a\.txt changed since it was approved"):
        handler_for("file").execute(task)

    assert shop.state() == before


@pytest.mark.parametrize("committed", [True, False])
def test_execute_refuses_to_overwrite_uncommitted_work(shop: Shop, committed: bool) -> None:
    if committed:
        shop.write("a.txt", "one")
    task = create_file_task("a.txt", "proposed")
    (shop.folder / "a.txt").write_text("somebody is working on it")
    before = shop.state()

    with pytest.raises(PermanentFailure, match="holds changes on disk that are in no commit"):
        handler_for("file").execute(task)

    assert shop.state() == before
    assert (shop.folder / "a.txt").read_text() == "somebody is working on it"


def test_execute_refuses_other_content_than_was_approved(shop: Shop) -> None:
    task = create_file_task("a.txt", "approved")
    task.proposal.received, task.proposal.received_form = create_bytes("a.txt", "swapped"), Form.JSON
    task.proposal.save(update_fields=["received", "received_form"])
    before = shop.state()

    with pytest.raises(PermanentFailure, match="not the one that was approved"):
        handler_for("file").execute(ExecutionTask.objects.get(pk=task.pk))

    assert shop.state() == before


def test_execute_without_a_repository_names_the_setting(settings: Any, tmp_path: Path) -> None:
    pygit2.init_repository(tmp_path)  # one above is not the workspace
    settings.WORKSPACE_PATH = tmp_path / "none"
    settings.WORKSPACE_PATH.mkdir()

    with pytest.raises(PermanentFailure, match=r"WORKSPACE_PATH=.* is no git repository"):
        handler_for("file").execute(create_file_task())


def test_execute_into_a_bare_repository_is_refused(settings: Any, tmp_path: Path) -> None:
    settings.WORKSPACE_PATH = tmp_path
    pygit2.init_repository(tmp_path, bare=True)

    with pytest.raises(PermanentFailure, match="no work tree of its own"):
        handler_for("file").execute(create_file_task())


def test_execute_on_no_branch_is_refused(shop: Shop) -> None:
    shop.git("checkout", "-q", "--detach")

    with pytest.raises(PermanentFailure, match="is on no branch"):
        handler_for("file").execute(create_file_task())


@pytest.mark.django_db(transaction=True)
def test_execute_of_two_tasks_at_once_commits_both(shop: Shop) -> None:
    tasks = [create_file_task(f"{name}.txt", name) for name in ("one", "two", "three")]
    barrier, failed = threading.Barrier(3), []

    def execute(task: ExecutionTask) -> None:
        try:
            barrier.wait()
            handler_for("file").execute(task)
        except Exception as error:  # noqa: BLE001 - any failure is one too many
            failed.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=execute, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert shop.git("rev-list", "--count", "HEAD").strip() == "4"
    assert shop.git("status", "--porcelain") == ""


@pytest.mark.parametrize("existed", [True, False])
def test_roll_back_reverts_exactly_that_file(shop: Shop, existed: bool) -> None:
    if existed:
        shop.write("shop/deep/a.txt", "former")
    task = create_file_task("shop/deep/a.txt", "new")
    before, handler = shop.state(), handler_for("file")
    artifact = handler.execute(task).artifact
    shop.write("other.txt", "by somebody else, later")

    undone = handler.roll_back(task, artifact)

    shop.git("rm", "-q", "other.txt")
    assert undone["commit"] == shop.git("rev-parse", "HEAD").strip()
    assert shop.git("diff", "--cached", before[0].strip()) == ""
    assert [name for name in shop.state()[2] if name != "other.txt"] == before[2]
    assert shop.git("log", "-1", "--format=%(trailers:key=FSAR-Reverts,valueonly)").strip() == str(task.public_id)


def test_roll_back_twice_reverts_once(shop: Shop) -> None:
    task, handler = create_file_task(), handler_for("file")
    artifact = handler.execute(task).artifact

    first = handler.roll_back(task, artifact)
    second = handler.roll_back(task, artifact)

    assert second == first
    assert shop.git("rev-list", "--count", "HEAD").strip() == "3"


def test_roll_back_refuses_a_file_that_was_changed_since_and_lists_the_commits(shop: Shop) -> None:
    task, handler = create_file_task("a.txt", "one"), handler_for("file")
    artifact = handler.execute(task).artifact
    shop.write("a.txt", "two")
    shop.write("b.txt", "elsewhere")
    before = shop.state()

    with pytest.raises(RollbackRefused, match=r"since by [0-9a-f]{10} Change a\.txt by hand; nothing"):
        handler.roll_back(task, artifact)

    assert shop.state() == before


def test_roll_back_refuses_to_overwrite_uncommitted_work(shop: Shop) -> None:
    task, handler = create_file_task("a.txt", "one"), handler_for("file")
    artifact = handler.execute(task).artifact
    (shop.folder / "a.txt").write_text("somebody is working on it")

    with pytest.raises(RollbackRefused, match="in no commit"):
        handler.roll_back(task, artifact)

    assert (shop.folder / "a.txt").read_text() == "somebody is working on it"


def test_roll_back_task_of_a_file_is_recorded(shop: Shop) -> None:
    task = run_task(create_file_task("a.txt", "one"))

    rollback = roll_back_task(task_id=task.pk, by=create_user(), reason="The page is not needed any more.")

    assert rollback.outcome == Rollback.Outcome.DONE
    assert not (shop.folder / "a.txt").exists()
    assert Proposal.objects.get(pk=task.proposal_id).status == Status.ROLLED_BACK


def test_commit_change_refuses_a_branch_that_moved(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    original = commits._advance

    def move_first(*arguments: Any) -> None:
        shop.write("b.txt", "faster")
        original(*arguments)

    monkeypatch.setattr(commits, "_advance", move_first)
    task = run_task(create_file_task("a.txt", "one"))

    assert "moved while the file was committed" in task.error
    assert not (shop.folder / "a.txt").exists()
    assert shop.git("log", "-1", "--format=%s").strip() == "Change b.txt by hand"
