"""The operators' pages for what is being done. Importing this registers them."""

from execution.admin.ai_model import AiModelAdmin, ModelCallAdmin
from execution.admin.control import ExecutionControlAdmin
from execution.admin.difference import difference_panel
from execution.admin.limit import TypeLimitAdmin
from execution.admin.panel import execution_panel
from execution.admin.plan import parts_panel
from execution.admin.rehearsals import rehearsal_panel
from execution.admin.task import TaskAdmin
from execution.admin.windows import FreezeAdmin, KindLimitAdmin, RunRuleAdmin

__all__ = [
    "AiModelAdmin",
    "ExecutionControlAdmin",
    "FreezeAdmin",
    "KindLimitAdmin",
    "ModelCallAdmin",
    "RunRuleAdmin",
    "TaskAdmin",
    "TypeLimitAdmin",
    "difference_panel",
    "execution_panel",
    "parts_panel",
    "rehearsal_panel",
]
