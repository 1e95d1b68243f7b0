"""How the execution of a task can fail."""

from __future__ import annotations

from typing import Any


class PermanentFailure(Exception):
    """Trying again cannot help; the message says what happened and what to do.

    ``details`` are JSON types that become the result of the task, e.g. a conflict or what a check printed.
    """

    def __init__(self, reason: str, details: dict[str, Any] | None = None) -> None:
        self.details = details or {}
        super().__init__(reason)


class TransientFailure(Exception):
    """Trying again later may help; the message says what was in the way."""


class RollbackRefused(Exception):
    """Undoing would destroy what came after, or there is nothing to undo; nothing was changed.

    ``rows`` names the first of the rows that it would have overwritten.
    """

    def __init__(self, reason: str, rows: tuple[str, ...] = ()) -> None:
        self.rows = rows
        super().__init__(reason)


class LeaseLost(BaseException):
    """Another worker has the task now, or it was cancelled. Not an Exception, so that no handler goes on after it."""
