"""The main job, end to end: a person approves in a browser, a worker runs it, a person undoes it."""

from __future__ import annotations

import re
from pathlib import Path

import pygit2
import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from execution.models import ExecutionTask
from execution.states import TaskStatus
from proposals.models import Proposal
from proposals.services import service_account, submit_report
from proposals.states import Status
from tests.factories import create_report, file_proposal, submit
from tests.functional.conftest import LogIn
from tests.integration.execution.effects.target import Target
from tests.waiting import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker")]

FOUNDING = settings.BASE_DIR.parent / "shared" / "reports" / "fsar_19235936-4ce0-4fb4-81a2-2395c26027cf.md"
SAMPLE = settings.BASE_DIR / "fsarsite" / "samples" / "reports" / "task_model_column.md"


def import_report(path: Path) -> Proposal:
    account = service_account("importer")
    return submit_report(received=path.read_bytes(), submitted_by=account, source=Proposal.Source.COMMAND).proposal


def approve_from_the_queue(page: Page, title: str) -> None:
    page.get_by_role("link", name="Waiting for a decision").first.click()
    page.get_by_role("link").filter(has_text=title[:40]).first.click()
    page.get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text("Approved", exact=True).first).to_be_visible()


def wait_for_task(proposal: Proposal, kind: str) -> ExecutionTask:
    done = ExecutionTask.objects.filter(proposal=proposal, kind=kind, status=TaskStatus.SUCCEEDED)
    wait_until(done.exists, seconds=60)
    return done.get()


def roll_back(page: Page, task: ExecutionTask) -> None:
    page.goto(f"/admin/execution/executiontask/{task.pk}/change/")
    page.get_by_label("Reason").fill("The demonstration is over.")
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Rolled back").first).to_be_visible()


@pytest.mark.parametrize("report", [path for path in (SAMPLE, FOUNDING) if path.exists()], ids=lambda path: path.stem)
def test_plan_approved_in_the_browser_adds_the_column_and_is_undone(
    log_in: LogIn, target: Target, report: Path
) -> None:
    proposal, before = import_report(report), target.dump()
    page = log_in()

    approve_from_the_queue(page, proposal.title)
    task = wait_for_task(proposal, "sql")
    after_approval = target.columns("execution_tasks")
    roll_back(page, task)

    assert after_approval == ["id", "type", "duration_ms", "ai_model"]
    assert target.columns("execution_tasks") == ["id", "type", "duration_ms"]
    assert target.dump() == before


def test_file_approved_in_the_browser_is_committed_and_reverted(log_in: LogIn, workspace: Path) -> None:
    content = "# Seeds\n\nSow in March.\n"
    report = create_report(proposal=file_proposal("docs/seeds.md", content), block_execution=True)
    proposal = submit(report).proposal
    repository = pygit2.Repository(str(workspace))
    first = repository.head.target
    page = log_in()

    approve_from_the_queue(page, proposal.title)
    task = wait_for_task(proposal, "file")
    committed = repository.revparse_single("HEAD").peel(pygit2.Commit)
    written = (workspace / "docs" / "seeds.md").read_text()
    roll_back(page, task)

    reverted = repository.revparse_single("HEAD").peel(pygit2.Commit)
    proposal.refresh_from_db()
    assert (written, committed.parent_ids) == (content, [first])
    assert report.id in committed.message
    assert "olga" in committed.message
    assert reverted.parent_ids == [committed.id]
    assert reverted.tree_id == repository[first].peel(pygit2.Commit).tree_id
    assert not (workspace / "docs" / "seeds.md").exists()
    assert proposal.status == Status.ROLLED_BACK


def test_kill_switch_stops_what_was_approved_and_shows_on_every_page(log_in: LogIn, target: Target) -> None:
    proposal = import_report(SAMPLE)
    page = log_in()
    page.get_by_role("link", name="Kill switch").first.click()
    page.get_by_label("Reason").fill("Testing the brakes.")
    page.get_by_role("button", name=re.compile("Halt|Stop")).click()

    approve_from_the_queue(page, proposal.title)
    page.goto("/admin/")

    expect(page.get_by_text("Testing the brakes.").first).to_be_visible()
    assert ExecutionTask.objects.get(proposal=proposal).status == TaskStatus.QUEUED
    page.get_by_role("link", name="Kill switch").first.click()
    page.get_by_label("Reason").fill("The brakes work.")
    page.get_by_role("button", name="Resume").click()
    wait_for_task(proposal, "sql")
    assert "ai_model" in target.columns("execution_tasks")
