"""The tables of execution: the queue, what happened, how to undo it."""

from execution.models.ai_model import AiModel, Draft, ModelCall
from execution.models.control import ExecutionControl, WorkerHeartbeat
from execution.models.limit import TypeLimit
from execution.models.rehearsal import RehearsalCertificate
from execution.models.rollback import Rollback, RollbackArtifact
from execution.models.task import ExecutionTask, TaskEvent

__all__ = [
    "AiModel",
    "Draft",
    "ExecutionControl",
    "ExecutionTask",
    "ModelCall",
    "RehearsalCertificate",
    "Rollback",
    "RollbackArtifact",
    "TaskEvent",
    "TypeLimit",
    "WorkerHeartbeat",
]
