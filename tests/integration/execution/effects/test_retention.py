"""Letting ways back go: what is dropped, what stays, and what is said of it."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from execution.models import ExecutionTask, RollbackArtifact
from execution.services.retention import let_go_ways_back, measure_kept
from execution.services.rollback import roll_back_task
from execution.tasks import sweep_kept
from tests.factories import create_user
from tests.factories.tasks import create_sql_task, run_task
from tests.integration.execution.effects.target import Target

pytestmark = pytest.mark.django_db

KEPT = "SELECT count(*) FROM pg_tables WHERE tablename LIKE 'prior%' OR schemaname LIKE 'fsarsite_%'"
CHANGES = (
    "UPDATE seeds SET price = 9; INSERT INTO seeds VALUES (5, 'rye')",
    "DROP TABLE notes",
    "CREATE TABLE a (b int)",
)


@pytest.fixture
def done(target: Target) -> list[ExecutionTask]:
    """An update, a dropped table and a new one, all made a hundred days ago."""
    tasks = [run_task(create_sql_task(text)) for text in CHANGES]
    RollbackArtifact.objects.update(created_at=timezone.now() - timedelta(days=100))
    return tasks


def command(*arguments: str) -> str:
    said = StringIO()
    call_command("let_go_ways_back", *arguments, stdout=said)
    return said.getvalue()


def test_let_go_ways_back_drops_what_is_kept_and_says_so(target: Target, done: list[ExecutionTask]) -> None:
    rows, kept = target.ask("SELECT * FROM seeds ORDER BY id"), RollbackArtifact.objects.kept_bytes()

    gone = let_go_ways_back()

    update, drop, create = done
    assert [(each.task, each.trouble) for each in gone] == [(update, ""), (drop, "")]
    assert sum(each.bytes for each in gone) == kept > 0
    assert target.ask(KEPT) == [(0,)]
    assert target.ask("SELECT * FROM seeds ORDER BY id") == rows
    assert update.events.latest("id").name == "way_back_let_go"
    assert "freed on the target" in update.events.latest("id").note
    assert RollbackArtifact.objects.kept_bytes() == 0
    rollback = roll_back_task(task_id=update.pk, by=create_user(), reason="It was too expensive.")
    assert (rollback.outcome, "was let go on" in rollback.detail) == ("refused", True)
    assert roll_back_task(task_id=create.pk, by=create_user(), reason="It is not needed.").outcome == "done"
    assert let_go_ways_back() == []


def test_let_go_ways_back_leaves_what_can_still_be_undone(target: Target, done: list[ExecutionTask]) -> None:
    RollbackArtifact.objects.filter(task=done[0]).update(created_at=timezone.now() - timedelta(days=89))

    gone = let_go_ways_back()

    assert [each.task for each in gone] == [done[1]]
    assert roll_back_task(task_id=done[0].pk, by=create_user(), reason="It was too expensive.").outcome == "done"


def test_command_tells_what_would_go_and_lets_go_inside_the_window_only_when_told(
    target: Target, done: list[ExecutionTask]
) -> None:
    RollbackArtifact.objects.filter(task=done[0]).update(created_at=timezone.now() - timedelta(days=1))
    kept = target.ask(KEPT)

    dry = command("--dry-run")
    with pytest.raises(CommandError, match="WAY_BACK_DAYS"):
        command("--older-than", "0")
    untouched = target.ask(KEPT)
    said = command("--older-than", "0", "--inside-window")

    assert f"task {done[1].pk}, " in dry
    assert "1 ways back would be let go" in dry
    assert kept == untouched == [(2,)]
    assert "2 ways back let go" in said
    assert target.ask(KEPT) == [(0,)]


def test_let_go_ways_back_drops_nothing_that_is_not_ours(target: Target, done: list[ExecutionTask]) -> None:
    artifact = RollbackArtifact.objects.get(task=done[0])
    for step in artifact.data["steps"]:
        if step["kept"]:
            step["kept"]["kept_in"] = "seeds"
    artifact.save()

    update, _ = let_go_ways_back()

    assert "not one of the tables that fsarsite keeps" in update.trouble
    assert target.ask("SELECT count(*) FROM seeds") == [(3,)]
    assert RollbackArtifact.objects.get(task=done[0]).let_go_at is None


def test_sweep_kept_measures_and_pages_show_it(target: Target, done: list[ExecutionTask], client: Client) -> None:
    RollbackArtifact.objects.filter(task=done[0]).update(created_at=timezone.now(), kept_bytes=0)
    client.force_login(create_user(groups=("Operators",)))

    kept = sweep_kept()

    stands, gone = (client.get(f"/admin/execution/executiontask/{task.pk}/change/") for task in done[:2])
    assert kept == measure_kept() > 0
    assert "on the target)" in stands.content.decode()
    assert "cannot be rolled back any more" in gone.content.decode()
    assert 'value="roll_back"' in stands.content.decode()
    assert 'value="roll_back"' not in gone.content.decode()
    assert "MB kept to undo" in client.get("/admin/").content.decode()
    filtered: Any = client.get("/admin/execution/executiontask/?kind__exact=sql&status__exact=succeeded")
    assert filtered.status_code == 200
