"""What an interruption leaves: a signal raises LeaseLost, or django-q2's timeout, in the middle of anything at all."""

from __future__ import annotations

from django.db import connections


def interruption_of(error: BaseException) -> BaseException | None:
    """What ended the block, though something else may have been raised on the way out; None for a plain exception."""
    found: BaseException | None = error
    while isinstance(found, Exception | GeneratorExit):
        found = found.__context__
    return found


def drop_connections() -> None:
    """Begin anew with the databases, in this thread.

    Interrupted in mid-query or mid-commit, a connection is in any state, and so is what Django believes of it: that it
    is inside a transaction, for instance, which closing does not change, and which fails every later task of the
    process.
    """
    for opened in connections.all(initialized_only=True):
        if opened.connection is not None:
            opened.connection.close()
        del connections[opened.alias]
