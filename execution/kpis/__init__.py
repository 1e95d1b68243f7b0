"""How long tasks wait and run, and how many end well."""

from execution.kpis.figures import ENOUGH, GROUPINGS, Span, TaskKpi, task_kpis
from execution.kpis.wilson import wilson_interval

__all__ = ["ENOUGH", "GROUPINGS", "Span", "TaskKpi", "task_kpis", "wilson_interval"]
