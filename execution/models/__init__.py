"""The tables of execution: the queue, what happened, how to undo it."""

from execution.models.ai_model import AiModel, Draft, ModelCall
from execution.models.control import ExecutionControl, WorkerHeartbeat
from execution.models.freeze import Freeze
from execution.models.limit import KindLimit, TypeLimit
from execution.models.phase import TaskPhase
from execution.models.plan_choice import PlanChoice
from execution.models.rehearsal import RehearsalCertificate
from execution.models.rollback import Rollback, RollbackArtifact
from execution.models.run_rule import RunRule
from execution.models.task import ExecutionTask, TaskEvent

__all__ = [
    "AiModel",
    "Draft",
    "ExecutionControl",
    "ExecutionTask",
    "Freeze",
    "KindLimit",
    "ModelCall",
    "PlanChoice",
    "RehearsalCertificate",
    "Rollback",
    "RollbackArtifact",
    "RunRule",
    "TaskEvent",
    "TaskPhase",
    "TypeLimit",
    "WorkerHeartbeat",
]
