"""SQL on the target database."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from execution.handlers.handler import (
    Execution,
    Handler,
    PermanentFailure,
    RollbackRefused,
    TransientFailure,
    register,
)
from execution.models import ExecutionTask, RehearsalCertificate, TaskPhase
from execution.rehearsal.certificates import certify, certify_failure, drift, proof_of, standing_certificate
from execution.services.phases import enter_phase
from execution.target import ledger
from execution.target.change import Applied, apply_statements, prove_restore, undo_steps
from execution.target.connection import Connection, changing_explained, connect, explained
from execution.target.disposal import kept_bytes
from execution.target.fingerprint import fingerprint_of
from execution.target.rehearsal import Rehearsal, rehearse
from execution.target.reverse import Step, ensure_known
from execution.target.statements import Statement, split_statements
from execution.target.stepwise import apply_stepwise, changing_stepwise, is_stepwise, undo_stepwise

Phase = TaskPhase.Name
KEEPS_CHANGING = "the target's schema keeps changing during the rehearsal; it has to be rehearsed again"
REHEARSALS = 3
"""How often a change is rehearsed before it waits for a quieter time: other changes run on the same target."""


@register
class SqlHandler(Handler):
    """Runs the statements in one transaction under timeouts, where a rehearsal proved that they can be undone.

    A certificate that stands binds the run to the target that was rehearsed; without one it is rehearsed here and now.

    Payload: ``sql`` and ``source_lines`` for SQL of a plan; none for a file, whose content is the proposal's frame.
    Result: ``outcome`` ("applied" or "already_satisfied"), ``statements`` run, ``notes``, ``kept`` (see `Kept`),
    ``rehearsal``.
    Artifact: ``steps``, undone from the last to the first (see `Step`), the ``rehearsal`` that proved them, and
    ``kept_bytes`` of the target.
    A row in the target's ledger, written in the same transaction, makes a second execution a no-op.
    """

    kind = ExecutionTask.Kind.SQL

    def execute(self, task: ExecutionTask) -> Execution:
        """Raises PermanentFailure for SQL that may not run, cannot be undone, or failed; TransientFailure for locks."""
        text = _sql_of(task)
        statements = split_statements(text)
        ensure_known(statements)
        with connect() as connection, explained("the target's ledger could not be read"):
            done = ledger.applied(connection, task.public_id)
        if done:
            return _execution(done)
        certificate = standing_certificate(task.proposal, text)
        if is_stepwise(statements):
            return _run_stepwise(task, text, statements, certificate)
        if certificate:
            return _run_certified(task, text, statements, certificate)
        return _run_rehearsed(task, text, statements)

    def roll_back(self, task: ExecutionTask, artifact: dict[str, Any]) -> dict[str, Any]:
        """Run the kept reverse statements in one transaction. Raises RollbackRefused, TransientFailure."""
        steps = [Step.from_json(step) for step in artifact["steps"]]
        if any("CONCURRENTLY" in step.sql for step in steps[:1]):
            return _undo_stepwise(task, steps)
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


def _run_certified(
    task: ExecutionTask, text: str, statements: tuple[Statement, ...], certificate: RehearsalCertificate
) -> Execution:
    """Run it on the target that the certificate is about; else rehearse it for whoever decides, and change nothing."""
    enter_phase(Phase.COMPARE)
    with connect() as connection, changing_explained(connection):
        changed = drift(connection, certificate)
        if not changed:
            return _run(connection, task, statements, proof_of(certificate))
    raise _stale(task, text, statements, changed)


def _stale(task: ExecutionTask, text: str, statements: tuple[Statement, ...], changed: str) -> PermanentFailure:
    enter_phase(Phase.REHEARSE)
    try:
        certify(task.proposal, text, rehearse(task.public_id, statements))
        now = "rehearsed again, it passed; look at the rehearsal, then retry"
    except PermanentFailure as error:
        certify_failure(task.proposal, text, error)
        now = f"rehearsed again, it failed: {error}"
    return PermanentFailure(f"stale: the target changed since the rehearsal: {changed}; nothing was changed; {now}")


def _run_stepwise(
    task: ExecutionTask, text: str, statements: tuple[Statement, ...], certificate: RehearsalCertificate | None
) -> Execution:
    """Run it step by step, on the target that was rehearsed; a step that a killed worker began is taken up."""
    if certificate is None:
        return _run_stepwise_rehearsed(task, text, statements)
    done = _stepwise(task, statements, partial(drift, certificate=certificate), proof_of(certificate))
    if isinstance(done, str):
        raise _stale(task, text, statements, done)
    return done


def _run_stepwise_rehearsed(task: ExecutionTask, text: str, statements: tuple[Statement, ...]) -> Execution:
    """Certified only when it ran: before, nobody has seen a rehearsal that the target may drift from."""
    for _ in range(REHEARSALS):
        enter_phase(Phase.REHEARSE)
        rehearsal = rehearse(task.public_id, statements)
        done = _stepwise(task, statements, partial(_other_schema, rehearsal=rehearsal), rehearsal.to_json())
        if isinstance(done, Execution):
            certify(task.proposal, text, rehearsal)
            return done
    raise TransientFailure(KEEPS_CHANGING)


def _other_schema(connection: Connection, rehearsal: Rehearsal) -> str:
    return "" if fingerprint_of(connection) == rehearsal.target else "its schema is another"


def _stepwise(
    task: ExecutionTask,
    statements: tuple[Statement, ...],
    changed: Callable[[Connection], str],
    proof: dict[str, Any],
) -> Execution | str:
    """Run it, or say in words why the target is not the one of the proof. What was begun goes on whatever changed."""
    enter_phase(Phase.COMPARE)
    with connect(autocommit=True) as connection, changing_stepwise(connection):
        ledger.ensure_ledger(connection)
        ledger.ensure_steps(connection)
        if done := ledger.applied(connection, task.public_id):
            return _execution(done)
        if ledger.begun_step(connection, task.public_id, 0) is None and (why := changed(connection)):
            return why
        enter_phase(Phase.APPLY)
        return _record(connection, task, apply_stepwise(connection, task.public_id, statements), proof)


def _undo_stepwise(task: ExecutionTask, steps: list[Step]) -> dict[str, Any]:
    with connect(autocommit=True) as connection, changing_stepwise(connection):
        done = ledger.applied(connection, task.public_id)
        if done is None:
            raise RollbackRefused("the target's ledger does not know this change; nothing was changed")
        if not done["is_rolled_back"]:
            undo_stepwise(connection, steps)
            ledger.record_rolled_back(connection, task.public_id)
    return {"statements": [step.sql for step in reversed(steps)]}


def _run_rehearsed(task: ExecutionTask, text: str, statements: tuple[Statement, ...]) -> Execution:
    for _ in range(REHEARSALS):
        enter_phase(Phase.REHEARSE)
        rehearsal = rehearse(task.public_id, statements)
        enter_phase(Phase.COMPARE)
        with connect() as connection, changing_explained(connection):
            done = ledger.applied(connection, task.public_id)
            if done or fingerprint_of(connection) == rehearsal.target:
                execution = _run(connection, task, statements, rehearsal.to_json())
                break
    else:
        raise TransientFailure(KEEPS_CHANGING)
    certify(task.proposal, text, rehearsal)
    return execution


def _run(
    connection: Connection, task: ExecutionTask, statements: tuple[Statement, ...], proof: dict[str, Any]
) -> Execution:
    """Run it in the caller's transaction, which holds the lock of the target and found it as the proof says."""
    done = ledger.applied(connection, task.public_id)
    if done:  # another delivery of the same task was faster
        return _execution(done)
    ledger.ensure_ledger(connection)
    enter_phase(Phase.APPLY)
    applied = apply_statements(connection, statements)
    prove_restore(connection, applied)
    return _record(connection, task, applied, proof)


def _record(connection: Connection, task: ExecutionTask, applied: Applied, proof: dict[str, Any]) -> Execution:
    artifact = {
        "steps": [step.to_json() for step in applied.steps],
        "rehearsal": proof,
        "kept_bytes": kept_bytes(connection, applied.steps),
    }
    result = {
        "outcome": "applied" if applied.steps else "already_satisfied",
        "statements": applied.ran,
        "notes": list(applied.notes),
        "kept": [step.kept.to_json() for step in applied.steps if step.kept],
        "rehearsal": proof,
    }
    ledger.record_applied(connection, task.public_id, artifact, result)
    enter_phase(Phase.COMMIT)
    return Execution(result=result, artifact=artifact)


def _execution(done: dict[str, Any]) -> Execution:
    if done["is_rolled_back"]:
        raise PermanentFailure("this change was applied and rolled back; propose it again to have it back")
    return Execution(result=done["result"], artifact=done["artifact"])
