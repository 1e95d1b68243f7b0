"""What a task kind has to be able to do, and where its handler is found."""

from __future__ import annotations

import pkgutil
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, TypeVar

from execution.failures import PermanentFailure, RollbackRefused, TransientFailure
from execution.models import ExecutionTask
from proposals.models import Proposal

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


@dataclass(frozen=True, slots=True)
class ChildTask:
    """A piece of work that a task found inside itself. A person's waits from the start, others are queued.

    ``signature`` is the same for the same work anywhere; one that is not approved is kept as cancelled.
    """

    kind: ExecutionTask.Kind
    description: str
    payload: dict[str, Any] = field(default_factory=dict)
    signature: str = ""
    is_approved: bool = True


@dataclass(frozen=True, slots=True)
class Execution:
    """What came of a task. ``waits_for`` is a sentence: the task then waits instead of having succeeded.

    ``artifact`` is what undoes the effect, None when there was none.
    """

    result: dict[str, Any]
    artifact: dict[str, Any] | None = None
    children: tuple[ChildTask, ...] = ()
    waits_for: str = ""

    @property
    def proven_at(self) -> datetime | None:
        """When a rehearsal last undid the change with the artifact; None when none did."""
        rehearsal = (self.artifact or {}).get("rehearsal")
        return datetime.fromisoformat(rehearsal["proven_at"]) if rehearsal else None

    @property
    def kept_bytes(self) -> int:
        """What the target keeps for the artifact beside it."""
        return int((self.artifact or {}).get("kept_bytes", 0))


class Handler(ABC):
    """One kind of task. Delivery is at least once, so both effects are idempotent by ``task.public_id``."""

    kind: ExecutionTask.Kind
    in_transaction: ClassVar[bool] = False
    """Whether the effect is rows of our own database; they are committed with the end of the task, or not at all."""

    def prepare(self, proposal: Proposal) -> dict[str, Any]:  # noqa: ARG002
        """The payload of a root task, read in the transaction that approves. Never fails an approval, no slow I/O."""
        return {}

    @abstractmethod
    def execute(self, task: ExecutionTask) -> Execution:
        """Do it; a second call finds the effect there and returns the same. Raises Permanent- or TransientFailure."""

    def roll_back(self, task: ExecutionTask, artifact: dict[str, Any]) -> dict[str, Any]:  # noqa: ARG002
        """Undo it with what ``execute`` kept; a second call changes nothing.

        Raises RollbackRefused, TransientFailure.
        """
        raise RollbackRefused(f"a task of kind {self.kind.label} changes nothing that could be taken back")


HandlerClass = TypeVar("HandlerClass", bound=Handler)
_registered: dict[str, Handler] = {}


def register(handler: type[HandlerClass]) -> type[HandlerClass]:
    """Make this the handler of its kind."""
    _registered[handler.kind] = handler()
    return handler


def handler_for(kind: str) -> Handler:
    """The handler of a kind. Raises LookupError for a kind nobody handles."""
    _discover()
    try:
        return _registered[kind]
    except KeyError:
        raise LookupError(f"no handler is registered for tasks of kind {kind}") from None


@cache
def _discover() -> None:
    package = import_module("execution.handlers")
    for module in pkgutil.iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")
