"""How the execution of a task can fail."""

from __future__ import annotations


class PermanentFailure(Exception):
    """Trying again cannot help; the message says what happened and what to do."""


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
