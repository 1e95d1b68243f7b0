"""What each kind of task does, one file per kind."""

from execution.handlers.handler import (
    ChildTask,
    Execution,
    Handler,
    PermanentFailure,
    RollbackRefused,
    TransientFailure,
    handler_for,
    register,
)

__all__ = [
    "ChildTask",
    "Execution",
    "Handler",
    "PermanentFailure",
    "RollbackRefused",
    "TransientFailure",
    "handler_for",
    "register",
]
