"""What django-q2 calls, in worker processes."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import Error, OperationalError, transaction

from execution.failures import LeaseLost, may_pass
from execution.handlers import handler_for
from execution.models import ExecutionTask
from execution.queue.heartbeat import Heartbeat
from execution.queue.interruptions import drop_connections, interruption_of
from execution.queue.wakeup import ring_bell
from execution.rehearsal.proposals import rehearse_proposal
from execution.rehearsal.ways_back import reprove_ways_back
from execution.services.ageing import age_tasks
from execution.services.drafts import wake_drafts
from execution.services.heartbeats import purge_heartbeats
from execution.services.phases import recorded_phases
from execution.services.reasons import reason_of
from execution.services.retention import let_go_ways_back, measure_kept
from execution.services.runs import fail_task, finish_task, start_task
from proposals.notices.sending import purge_notices, send_notices
from proposals.services import end_waivers, expire_proposals, purge_snoozes
from proposals.services.idempotency import purge_answers
from proposals.services.reminders import remind

logger = logging.getLogger(__name__)


def run(task_id: int, fence: int) -> None:
    """Run one delivery of a task. Safe to call any number of times: only the latest claim has an effect.

    What the handler raises is recorded, not raised again; an exception that ends the process (a timeout of django-q2
    is a SystemExit) is both.
    """
    try:
        task = _started(task_id, fence)
        if task is not None:
            _attempt(task)
    finally:
        ring_bell()


def rehearse(proposal_id: int) -> int:
    """Rehearse the SQL of a proposal that was just assessed; return how many texts. Safe to call again."""
    return len(rehearse_proposal(proposal_id))


def sweep_ways_back() -> int:
    """Prove the kept ways back again; return how many are stale. On a schedule."""
    return reprove_ways_back()


def sweep_kept() -> int:
    """Let go what is too old to be undone, and measure the rest; return the bytes kept. On a schedule."""
    if settings.TARGET_DATABASE_URL:
        let_go_ways_back()
    return measure_kept()


def sweep_proposals() -> int:
    """End waivers that ran out and expire what nobody decided in time; return how many. On a schedule.

    What ended long ago is forgotten by the way: snoozes, notices, kept answers.
    """
    purge_snoozes()
    purge_notices()
    purge_answers()
    return end_waivers() + expire_proposals()


def sweep_notices() -> int:
    """Remind of deadlines, then send what is in the outbox; return how many notices were taken. On a schedule."""
    remind()
    return send_notices()


def sweep_heartbeats() -> int:
    """Forget workers that went away without a word; return how many. On a schedule."""
    return purge_heartbeats()


def sweep_ages() -> int:
    """Let what waited too long go first; return how many. On a schedule."""
    return age_tasks()


def sweep_drafts() -> int:
    """Queue drafts that waited for a model, now that one is there; return how many. On a schedule."""
    return wake_drafts()


def _started(task_id: int, fence: int) -> ExecutionTask | None:
    """Ask twice: that the server was restarted while this process was idle shows only when it is asked."""
    try:
        return start_task(task_id, fence)
    except OperationalError:
        drop_connections()
        return start_task(task_id, fence)


def _attempt(task: ExecutionTask) -> None:
    try:
        with Heartbeat(task.pk, task.fence):
            _execute(task)
    except BaseException as error:
        interruption = interruption_of(error)
        if interruption is None:
            logger.exception("task %s: attempt %s failed", task.pk, task.attempts)
            _record_failure(task, error, permanent=not may_pass(error))
            return
        drop_connections()
        if isinstance(interruption, LeaseLost):
            logger.warning("task %s: the lease was lost, attempt %s left no effect here", task.pk, task.attempts)
            return
        logger.exception("task %s: attempt %s was ended", task.pk, task.attempts)
        _record_failure(task, interruption, permanent=False)
        raise interruption from error


def _record_failure(task: ExecutionTask, error: BaseException, *, permanent: bool) -> None:
    """Once more on a new connection when the old one is gone. Else the lease runs out, which is recorded instead."""
    try:
        fail_task(task.pk, task.fence, error, permanent=permanent)
    except OperationalError:
        drop_connections()
        try:
            fail_task(task.pk, task.fence, error, permanent=permanent)
        except Error as lost:
            drop_connections()
            logger.warning("task %s: its failure could not be recorded: %s", task.pk, reason_of(lost))


def _execute(task: ExecutionTask) -> None:
    handler = handler_for(task.kind)
    if handler.in_transaction:
        with transaction.atomic():
            finish_task(task.pk, task.fence, handler.execute(task))
        return
    with recorded_phases(task):
        execution = handler.execute(task)
    finish_task(task.pk, task.fence, execution)
