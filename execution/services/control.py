"""The kill switch."""

from __future__ import annotations

import logging

from django.db import connection, transaction
from django.utils import timezone

from execution.models import ExecutionControl
from execution.services.enqueue import CHANNEL
from execution.services.rights import require_reason, require_right
from proposals.models import User

logger = logging.getLogger(__name__)


@transaction.atomic
def halt_execution(*, by: User, reason: str) -> ExecutionControl:
    """Stop new executions on all workers: nothing is claimed or started from the commit on. What runs goes on.

    Halting again changes the reason. Raises ExecutionRefused.
    """
    return _switch(is_halted=True, by=by, reason=reason)


@transaction.atomic
def resume_execution(*, by: User, reason: str) -> ExecutionControl:
    """Let workers claim tasks again. Resuming what runs changes the reason. Raises ExecutionRefused."""
    control = _switch(is_halted=False, by=by, reason=reason)
    with connection.cursor() as cursor:
        cursor.execute(f"NOTIFY {CHANNEL}")
    return control


def is_halted() -> bool:
    """Whether the kill switch is on, for pages; claims and starts ask the database in their own statements."""
    return ExecutionControl.objects.filter(is_halted=True).exists()


def _switch(*, is_halted: bool, by: User, reason: str) -> ExecutionControl:
    require_right(by, "execution.halt_execution", "halt or resume execution")
    control, _ = ExecutionControl.objects.update_or_create(
        pk=1,
        defaults={
            "is_halted": is_halted,
            "reason": require_reason(reason)[:500],
            "changed_by": by,
            "changed_at": timezone.now(),
        },
    )
    logger.warning("execution %s by %s: %s", "halted" if is_halted else "resumed", by, control.reason)
    return control
