"""The operators' pages for what is being done. Importing this registers them."""

from execution.admin.control import ExecutionControlAdmin
from execution.admin.limit import TypeLimitAdmin
from execution.admin.panel import execution_panel
from execution.admin.task import TaskAdmin

__all__ = ["ExecutionControlAdmin", "TaskAdmin", "TypeLimitAdmin", "execution_panel"]
