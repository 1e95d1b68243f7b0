"""SQL on the target database."""

from __future__ import annotations

from typing import Any

from execution.handlers.handler import (
    Execution,
    Handler,
    PermanentFailure,
    RollbackRefused,
    TransientFailure,
    register,
)
from execution.models import ExecutionTask
from execution.target import ledger
from execution.target.change import apply_statements, undo_steps
from execution.target.connection import Connection, changing_explained, connect, explained
from execution.target.fingerprint import fingerprint_of
from execution.target.rehearsal import Rehearsal, rehearse
from execution.target.reverse import Step, ensure_known
from execution.target.statements import Statement, split_statements

REHEARSALS = 3
"""How often a change is rehearsed before it waits for a quieter time: other changes run on the same target."""


@register
class SqlHandler(Handler):
    """Rehearses the statements on a copy of the target, then runs them in one transaction under timeouts.

    Payload: ``sql`` and ``source_lines`` for SQL of a plan; none for a file, whose content is the proposal's frame.
    Result: ``outcome`` ("applied" or "already_satisfied"), ``statements`` run, ``notes``, ``rehearsal``.
    Artifact: ``steps``, undone from the last to the first (see `Step`), and the ``rehearsal`` that proved them.
    A row in the target's ledger, written in the same transaction, makes a second execution a no-op.
    """

    kind = ExecutionTask.Kind.SQL

    def execute(self, task: ExecutionTask) -> Execution:
        """Raises PermanentFailure for SQL that may not run, cannot be undone, or failed; TransientFailure for locks."""
        statements = split_statements(_sql_of(task))
        ensure_known(statements)
        with connect() as connection, explained("the target's ledger could not be read"):
            done = ledger.applied(connection, task.public_id)
        if done:
            return _execution(done)
        for _ in range(REHEARSALS):
            rehearsal = rehearse(task.public_id, statements)
            with connect() as connection, changing_explained(connection):
                execution = _run(connection, task, statements, rehearsal)
            if execution:
                return execution
        raise TransientFailure("the target's schema keeps changing during the rehearsal; it has to be rehearsed again")

    def roll_back(self, task: ExecutionTask, artifact: dict[str, Any]) -> dict[str, Any]:
        """Run the kept reverse statements in one transaction. Raises RollbackRefused, TransientFailure."""
        steps = [Step.from_json(step) for step in artifact["steps"]]
        with connect() as connection, changing_explained(connection):
            done = ledger.applied(connection, task.public_id)
            if done is None:
                raise RollbackRefused("the target's ledger does not know this change; nothing was changed")
            if not done["is_rolled_back"]:
                undo_steps(connection, steps)
                ledger.record_rolled_back(connection, task.public_id)
        return {"statements": [step.sql for step in reversed(steps)]}


def _sql_of(task: ExecutionTask) -> str:
    given = task.payload.get("sql")
    if given is not None:
        return str(given)
    if task.proposal.frame is None:
        raise PermanentFailure("the task holds no SQL and its proposal frames no file; propose the SQL again")
    return task.proposal.frame.content


def _run(
    connection: Connection, task: ExecutionTask, statements: tuple[Statement, ...], rehearsal: Rehearsal
) -> Execution | None:
    """Run it where it was rehearsed; None when the target's schema is another by now, so that the proof is void."""
    done = ledger.applied(connection, task.public_id)
    if done:  # another delivery of the same task was faster
        return _execution(done)
    if fingerprint_of(connection) != rehearsal.target:
        return None
    ledger.ensure_ledger(connection)
    applied = apply_statements(connection, statements)
    artifact = {"steps": [step.to_json() for step in applied.steps], "rehearsal": rehearsal.to_json()}
    result = {
        "outcome": "applied" if applied.steps else "already_satisfied",
        "statements": applied.ran,
        "notes": list(applied.notes),
        "rehearsal": rehearsal.to_json(),
    }
    ledger.record_applied(connection, task.public_id, artifact, result)
    return Execution(result=result, artifact=artifact)


def _execution(done: dict[str, Any]) -> Execution:
    if done["is_rolled_back"]:
        raise PermanentFailure("this change was applied and rolled back; propose it again to have it back")
    return Execution(result=done["result"], artifact=done["artifact"])
