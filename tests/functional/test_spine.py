"""The main job, end to end: a person approves in a browser, a worker runs it, a person undoes it."""

from __future__ import annotations

import re
from pathlib import Path

import pygit2
import pytest
from django.conf import settings
from django_q.models import OrmQ
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

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("worker", "target", "workspace")]

FOUNDING = settings.BASE_DIR.parent / "shared" / "reports" / "fsar_19235936-4ce0-4fb4-81a2-2395c26027cf.md"
SAMPLE = settings.BASE_DIR / "fsarsite" / "samples" / "reports" / "task_model_column.md"


def import_report(path: Path) -> Proposal:
    account = service_account("importer")
    return submit_report(received=path.read_bytes(), submitted_by=account, source=Proposal.Source.COMMAND).proposal


def approve_from_the_queue(page: Page, title: str) -> None:
    page.get_by_role("link", name="Waiting for a decision").first.click()
    page.get_by_role("link").filter(has_text=title[:40]).first.click()
    estimate(page)
    page.get_by_role("button", name="Approve", exact=True).click()
    approved = page.get_by_text(re.compile("^(Approved|Executed)$"))  # the worker may have been quicker than the page
    expect(approved.filter(visible=True).first).to_be_visible()


def estimate(page: Page) -> None:
    """One's own likelihood and damage, before the engine's are shown."""
    expect(page.get_by_role("button", name="Approve", exact=True)).to_be_disabled()
    page.get_by_role("group", name="How likely").get_by_label("2 Unlikely").check()
    page.get_by_role("group", name="How bad").get_by_label("2 Small").check()
    page.get_by_role("button", name="Keep my estimate").click()


def wait_for_task(proposal: Proposal, kind: str) -> ExecutionTask:
    done = ExecutionTask.objects.filter(proposal=proposal, kind=kind, status=TaskStatus.SUCCEEDED)
    wait_until(done.exists, seconds=60)
    return done.get()


def wait_for_rehearsal(proposal: Proposal) -> None:
    """Until it is rehearsed and judged by that: the task then runs what was certified, and nobody's page is stale."""
    wait_until(lambda: proposal.rehearsals.exists() and not OrmQ.objects.exists(), seconds=60)


def roll_back(page: Page, task: ExecutionTask) -> None:
    page.goto(f"/admin/execution/executiontask/{task.pk}/change/")
    page.get_by_label("Reason").fill("The demonstration is over.")
    page.get_by_role("button", name="Roll back").click()
    expect(page.get_by_text("Rolled back").first).to_be_visible()


def names_of_phases(task: ExecutionTask) -> list[str]:
    """Those of its attempt, all of which must have ended."""
    return list(task.phases.filter(attempt=1, ended_at__isnull=False).order_by("id").values_list("name", flat=True))


def watch(page: Page, task: ExecutionTask) -> tuple[Page, Page]:
    """The list and the task's page in tabs of their own, with a reason typed that a reload would lose."""
    overview, watching = page.context.new_page(), page.context.new_page()
    overview.goto("/admin/execution/executiontask/")
    watching.goto(f"/admin/execution/executiontask/{task.pk}/change/")
    watching.get_by_label("Reason").fill("Half a thought")
    expect(overview.locator(f"#task-standing-{task.pk}")).to_contain_text("Queued")
    expect(watching.locator("#task-head")).to_contain_text("Queued")
    return overview, watching


def test_plan_approved_in_the_browser_adds_the_column_and_is_undone(log_in: LogIn, target: Target) -> None:
    report = FOUNDING if FOUNDING.exists() else SAMPLE  # a clone without shared/ beside it has our own
    proposal, before = import_report(report), target.dump()
    page = log_in()
    wait_for_rehearsal(proposal)

    approve_from_the_queue(page, proposal.title)
    task = wait_for_task(proposal, "sql")
    after_approval = target.columns("execution_tasks")
    roll_back(page, task)

    assert names_of_phases(task) == ["compare", "apply", "verify", "commit"]
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
    assert names_of_phases(task) == ["compare", "commit", "write"]
    assert (written, committed.parent_ids) == (content, [first])
    assert report.id in committed.message
    assert "olga" in committed.message
    assert reverted.parent_ids == [committed.id]
    assert reverted.tree_id == repository[first].peel(pygit2.Commit).tree_id
    assert not (workspace / "docs" / "seeds.md").exists()
    assert proposal.status == Status.ROLLED_BACK


def test_kill_switch_stops_what_was_approved_and_pages_follow_it_when_it_goes_on(log_in: LogIn, target: Target) -> None:
    proposal = import_report(SAMPLE)
    page = log_in()
    page.get_by_role("link", name="Kill switch").first.click()
    page.get_by_label("Reason").fill("Testing the brakes.")
    page.get_by_role("button", name=re.compile("Halt|Stop")).click()

    approve_from_the_queue(page, proposal.title)
    page.goto("/admin/")

    expect(page.get_by_text("Testing the brakes.").first).to_be_visible()
    root = ExecutionTask.objects.get(proposal=proposal)
    assert root.status == TaskStatus.QUEUED
    overview, watching = watch(page, root)
    page.get_by_role("link", name="Kill switch").first.click()
    page.get_by_label("Reason").fill("The brakes work.")
    page.get_by_role("button", name="Resume").click()
    wait_for_task(proposal, "sql")
    assert "ai_model" in target.columns("execution_tasks")
    expect(overview.locator(f"#task-standing-{root.pk}")).to_have_text("Succeeded")
    expect(overview.locator("#live-rows[hx-get]")).to_have_count(0)
    expect(watching.locator("#task-head").get_by_text("Succeeded", exact=True)).to_be_visible()
    expect(watching.locator("#task-rest").get_by_text("Succeeded", exact=True).first).to_be_visible()
    expect(watching.locator("#task-head[hx-get]")).to_have_count(0)
    assert watching.locator("#note").input_value() == "Half a thought"
