"""Many proposals with all that belongs to them, copied in the database from a few that came in by the front door."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Model

from execution.models import ExecutionTask, TaskEvent
from proposals.models import Decision, Proposal, ProposalEvent, TrailEntry, User

EVENTS_EACH = 10
_STATUS = """CASE
    WHEN n %% 100 < 5 THEN 'blocked' WHEN n %% 100 < 8 THEN 'needs_mitigation' WHEN n %% 100 < 18 THEN 'returned'
    WHEN n %% 100 < 28 THEN 'rejected' WHEN n %% 100 < 30 THEN 'expired' WHEN n %% 100 < 35 THEN 'failed'
    ELSE 'executed' END"""
_OPEN = f"({_STATUS}) IN ('blocked', 'needs_mitigation', 'returned')"
_WAITING = f"({_STATUS}) IN ('blocked', 'needs_mitigation')"
_AGE = "now() - n * interval '20 seconds'"
_PROPOSAL = {
    "report_id": "'fsar_bench_' || n",
    "title": "left(source.title, 150) || ' no. ' || n",
    "content_hash": "'sha256:' || md5(n::text)",
    "report_hash": "'sha256:' || md5((-n)::text)",
    "duplicate_of_id": "NULL",
    "group_id": "NULL",
    "status": _STATUS,
    "band": "CASE WHEN n %% 3 = 0 THEN 'mitigate' ELSE 'block' END",
    "severity": "10 + n %% 65",
    "submitted_at": _AGE,
    "status_changed_at": _AGE,
    "claimed_by_id": "NULL",
    "claimed_at": "NULL",
    "due_at": f"CASE WHEN {_WAITING} THEN now() + (n %% 200) * interval '30 minutes' END",
    "expires_at": f"CASE WHEN {_OPEN} THEN now() + interval '9 days' END",
}
"""What differs between the copies, by column."""


def fill(proposals: int, by: User) -> None:
    """Copies of what is there: proposals, events, decisions, tasks with theirs, and the trail.

    Each statement is a transaction. The trail's trigger is put aside, and its hashes are made up: pages only show them.
    """
    first = Proposal.objects.filter(status="blocked").order_by("pk").first()
    task = ExecutionTask.objects.filter(parent=None, kind="file").order_by("pk").first()
    assert first is not None
    assert task is not None
    with connection.cursor() as cursor:
        for table in ("proposals_decision", "proposals_proposalevent"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_trail")
        before = Proposal.objects.order_by("-pk").values_list("pk", flat=True)[0]
        _copy(cursor, Proposal, first.pk, proposals, _PROPOSAL)
        ours = f"SELECT id, row_number() OVER (ORDER BY id) AS n, status FROM proposals_proposal WHERE id > {before}"
        _events(cursor, ours)
        _decisions(cursor, ours, by)
        _tasks(cursor, ours, task)
        _trail(cursor)
        for table in ("proposals_decision", "proposals_proposalevent"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {table}_trail")


def settle() -> None:
    """What autovacuum does in its own time. Outside of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _copy(cursor: Any, model: type[Model], row: int, count: int, columns: Mapping[str, str]) -> None:
    names = [field.column for field in model._meta.concrete_fields if not field.primary_key]  # noqa: SLF001
    values = ", ".join(columns.get(name, f"source.{name}") for name in names)
    table = model._meta.db_table  # noqa: SLF001
    cursor.execute(
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {values} FROM {table} AS source, "
        f"generate_series(1, %s) AS n WHERE source.id = %s",
        [count, row],
    )


def _events(cursor: Any, ours: str) -> None:
    cursor.execute(
        f"INSERT INTO {ProposalEvent._meta.db_table} "  # noqa: SLF001
        "(proposal_id, name, before, after, actor_kind, note, data, created_at) "
        "SELECT id, 'assessed', '', status, 'system', 'Read once more, no. ' || each, '{}', "
        f"{_AGE} + each * interval '1 second' FROM ({ours}) AS ours, generate_series(1, %s) AS each",
        [EVENTS_EACH],
    )


def _decisions(cursor: Any, ours: str, by: User) -> None:
    cursor.execute(
        f"INSERT INTO {Decision._meta.db_table} "  # noqa: SLF001
        "(proposal_id, kind, by_id, note, content_hash, assessment_id, created_at, seconds_on_page) "
        "SELECT ours.id, CASE WHEN ours.status = 'rejected' THEN 'reject' ELSE 'approve' END, %s, 'Seen.', "
        f"proposal.content_hash, proposal.assessment_id, {_AGE}, n %% 300 FROM ({ours}) AS ours "
        "JOIN proposals_proposal AS proposal USING (id) WHERE ours.status IN ('rejected', 'executed', 'failed')",
        [by.pk],
    )


def _tasks(cursor: Any, ours: str, task: ExecutionTask) -> None:
    changed = {
        "public_id": "gen_random_uuid()",
        "proposal_id": "ours.id",
        "parent_id": "NULL",
        "same_as_id": "NULL",
        "signature": "''",
        "status": "CASE WHEN ours.status = 'failed' THEN 'failed' ELSE 'succeeded' END",
        "description": "source.description || ' no. ' || n",
        "queued_at": _AGE,
        "started_at": f"{_AGE} + interval '1 second'",
        "finished_at": f"{_AGE} + interval '2 seconds'",
        "lease_until": "NULL",
    }
    names = [field.column for field in ExecutionTask._meta.concrete_fields if not field.primary_key]  # noqa: SLF001
    values = ", ".join(changed.get(name, f"source.{name}") for name in names)
    cursor.execute(
        f"INSERT INTO execution_tasks ({', '.join(names)}) SELECT {values} FROM execution_tasks AS source, ({ours}) AS "
        "ours WHERE source.id = %s AND ours.status IN ('executed', 'failed')",
        [task.pk],
    )
    cursor.execute(
        f"INSERT INTO {TaskEvent._meta.db_table} "  # noqa: SLF001
        "(task_id, name, before, after, attempt, actor_kind, note, created_at) "
        "SELECT id, name, '', status, 1, 'system', '', queued_at "
        "FROM execution_tasks, unnest(ARRAY['queued', 'claimed', 'started', 'ended']) AS name"
    )


def _trail(cursor: Any) -> None:
    table = TrailEntry._meta.db_table  # noqa: SLF001
    cursor.execute(
        f"INSERT INTO {table} (sequence, source, row, hash) "
        f"SELECT (SELECT coalesce(max(sequence), 0) FROM {table}) + row_number() OVER (), source, row, "
        "encode(sha256(row::text::bytea), 'hex') FROM ("
        "SELECT 'event' AS source, id AS row FROM proposals_proposalevent "
        "UNION ALL SELECT 'decision', id FROM proposals_decision) AS told "
        f"WHERE NOT EXISTS (SELECT FROM {table} AS known WHERE known.source = told.source AND known.row = told.row)"
    )
