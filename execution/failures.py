"""How the execution of a task can fail."""

from __future__ import annotations

import errno
import re
from typing import Any

import psycopg
from django.db import OperationalError


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


_PASSING = (TransientFailure, OperationalError, psycopg.OperationalError, ConnectionError, TimeoutError)
# What PostgreSQL's client programs say when a server, a lock or a disk is in the way; they give no codes.
_SAYS_PASSING = re.compile(
    r"connection to server|server closed the connection|no connection to the server|terminating connection"
    r"|could not (?:receive|send) data|database system is |lock timeout|deadlock detected|could not obtain lock"
    r"|too many clients|being accessed by other|No space left on device|could not extend file|Disk quota exceeded"
)
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EAGAIN}


def may_pass(error: BaseException) -> bool:
    """Whether trying again later may help: a server that is away, a lock, a disk or a machine that is full for now."""
    return isinstance(error, _PASSING) or (isinstance(error, OSError) and error.errno in _NO_ROOM)


def says_that_it_may_pass(said: str) -> bool:
    """`may_pass`, for what a client program of PostgreSQL printed when it failed."""
    return bool(_SAYS_PASSING.search(said))
