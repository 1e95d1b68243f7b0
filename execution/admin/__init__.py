"""The operators' pages for what is being done. Importing this registers them."""

from execution.admin.ai_model import AiModelAdmin, ModelCallAdmin
from execution.admin.control import ExecutionControlAdmin
from execution.admin.limit import TypeLimitAdmin
from execution.admin.panel import execution_panel
from execution.admin.task import TaskAdmin

__all__ = ["AiModelAdmin", "ExecutionControlAdmin", "ModelCallAdmin", "TaskAdmin", "TypeLimitAdmin", "execution_panel"]
