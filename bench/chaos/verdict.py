"""Whether every task ended exactly once, and left what it should and nothing else."""

from __future__ import annotations

import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from bench.chaos.mischief import Mischief
from bench.chaos.server import EXPECTED, TARGET, Server
from bench.chaos.workload import BASE, LIMITS, Workload

ONCE = """
SELECT count(*) FROM execution_tasks AS task WHERE kind IN ('sql', 'file', 'chaos') AND (
    SELECT count(*) FROM execution_taskevent AS event
    WHERE event.task_id = task.id AND event.name IN ('succeeded', 'failed', 'cancelled', 'waiting')
) = 1
"""
STATUSES = "SELECT status, count(*) FROM execution_tasks WHERE kind IN ('sql', 'file', 'chaos') GROUP BY status"
LEASES = "SELECT count(*) FROM execution_tasks WHERE lease_until IS NOT NULL OR leased_by <> ''"
PROPOSALS = """
SELECT status, count(*) FROM proposals_proposal
WHERE id IN (SELECT proposal_id FROM execution_tasks WHERE kind IN ('sql', 'file')) GROUP BY status
"""
SCRATCH = "SELECT count(*) FROM pg_database WHERE datname LIKE 'fsarsite_scratch%'"
INVALID = "SELECT count(*) FROM pg_index WHERE NOT indisvalid"


REPEATED = """
SELECT CASE
    WHEN note LIKE 'The lease of%' THEN 'lease ran out'
    WHEN note ~* 'no space left|disk full|not be written' THEN 'disk full'
    WHEN note ~* 'connection|recovery|shutdown|starting up|shutting down|not answer' THEN 'database away'
    WHEN note ~* 'halted or frozen' THEN 'halted or frozen'
    ELSE left(note, 60) END, count(*)
FROM execution_taskevent WHERE name = 'requeued' GROUP BY 1 ORDER BY 2 DESC
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the tally."""

    what: str
    expected: object
    found: object
    is_met: bool


def verdict(workload: Workload, server: Server, workspace: Path, mischief: Mischief) -> list[Row]:
    """The tally, once the workers have stopped."""
    return [
        *_tasks(workload, server),
        *_trivial(workload, server),
        *_files(workload, workspace),
        *_statements(workload, server),
        *_promises(mischief),
    ]


def failed(server: Server) -> list[str]:
    """The errors of the tasks that failed."""
    return [row[0] for row in server.ask("SELECT error FROM execution_tasks WHERE status = 'failed'")]


def repeated(server: Server) -> dict[str, int]:
    """How often a task had to be queued again, by reason."""
    return dict(server.ask(REPEATED))


def _equal(what: str, expected: object, found: object) -> Row:
    return Row(what, expected, found, expected == found)


def _tasks(workload: Workload, server: Server) -> Iterator[Row]:
    yield _equal("tasks that succeeded", {"succeeded": workload.size}, dict(server.ask(STATUSES)))
    yield _equal("tasks with exactly one end in their history", workload.size, server.value(ONCE))
    yield _equal("leases left", 0, server.value(LEASES))
    released = len(workload.files) + len(workload.statements)
    yield _equal("proposals that count as executed", {"executed": released}, dict(server.ask(PROPOSALS)))


def _trivial(workload: Workload, server: Server) -> Iterator[Row]:
    numbers = [row[0] for row in server.ask("SELECT number FROM chaos_effects ORDER BY number")]
    yield _equal("rows of trivial tasks, each once", workload.trivial, len(numbers))
    yield _equal("… of different tasks", workload.trivial, len(set(numbers)))


def _files(workload: Workload, workspace: Path) -> Iterator[Row]:
    log = _git(workspace, "log", "--format=%H %(trailers:key=FSAR-Task,valueonly,separator=%x2C)").splitlines()
    commits = Counter(task for line in log for task in line.split()[1:])
    once = sum(commits[task] == 1 for task in workload.files)
    yield _equal("file tasks with exactly one commit", len(workload.files), once)
    yield _equal("commits", len(workload.files) + 1, len(log))
    yield _equal("commits of more than their file", 0, sum(_touches_others(workspace, line, workload) for line in log))
    whole = [_is_whole(workspace, path, content) for path, content in workload.files.values()]
    yield _equal("files as approved, on disk and in the last commit", len(workload.files), sum(whole))
    yield _equal("git status", "", _git(workspace, "status", "--porcelain", "--ignored").strip())
    said = _git(workspace, "fsck", "--full", "--strict").splitlines()
    yield _equal("git fsck", [], [line for line in said if not line.startswith("dangling")])
    locks = [str(each.relative_to(workspace)) for each in workspace.rglob("*.lock")]
    yield _equal("lock files left", [], locks)
    yield _equal("half-written files left", [], [each.name for each in workspace.rglob(".fsarsite-*")])


def _touches_others(workspace: Path, line: str, workload: Workload) -> bool:
    commit, *tasks = line.split()
    changed = _git(workspace, "show", "--format=", "--name-only", commit).split()
    return bool(tasks) and changed != [workload.files[task][0] for task in tasks]


def _is_whole(workspace: Path, path: str, content: bytes) -> bool:
    shown = subprocess.run(["git", "-C", workspace, "show", f"HEAD:{path}"], capture_output=True, check=False)
    on_disk = (workspace / path).read_bytes() if (workspace / path).is_file() else None
    return shown.stdout == on_disk == content


def _git(workspace: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", workspace, *arguments], capture_output=True, text=True, check=False)
    return done.stdout + (done.stderr if done.returncode else "")


def _statements(workload: Workload, server: Server) -> Iterator[Row]:
    rows = server.ask("SELECT task::text FROM fsarsite.applied_changes ORDER BY xmin::text::bigint", database=TARGET)
    applied = [row[0] for row in rows]
    yield _equal("SQL tasks in the target's ledger, each once", sorted(workload.statements), sorted(applied))
    with psycopg.connect(server.url(EXPECTED), autocommit=True) as connection:
        for text in [BASE, *(workload.statements[task] for task in applied if task in workload.statements)]:
            connection.execute(text.encode())
    yield Row("target against the same SQL run undisturbed", "equal dumps", *_compared(server))
    yield _equal("indexes left invalid", 0, server.value(INVALID, database=TARGET))
    yield _equal("scratch databases left", 0, server.value(SCRATCH))


def _compared(server: Server) -> tuple[str, bool]:
    one, other = (_dump(server.url(name)) for name in (TARGET, EXPECTED))
    different = len(set(one) ^ set(other))
    return ("equal dumps", True) if one == other else (f"{different} different lines", False)


def _dump(url: str) -> list[str]:
    from execution.target.programs import programs_for  # noqa: PLC0415 - needs the settings

    given = conninfo_to_dict(url)
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    done = subprocess.run(
        [programs_for(0) / "pg_dump", "--exclude-schema=fsarsite*", "--restrict-key=x", "--inserts", "--no-owner"],
        env={"PATH": os.defpath} | {variable: str(given[key]) for key, variable in names.items()},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    rows = sorted(line for line in lines if line.startswith("INSERT INTO "))
    return [*(line for line in lines if not line.startswith("INSERT INTO ")), *rows]


def _promises(mischief: Mischief) -> Iterator[Row]:
    for kind, most in LIMITS.items():
        seen = mischief.most_at_once[kind]
        yield Row(f"most {kind} tasks at once in {mischief.samples:,} looks", f"≤ {most}", seen, seen <= most)
    for stop in mischief.stops:
        found = f"{stop.starts}, the last after {stop.last_start:.2f} s; {stop.left} were left to do"
        is_met = stop.last_start < 5 and stop.left > 0
        yield Row(f"starts during 7 s of {stop.name}", "none later than 5 s", found, is_met)
