"""How long tasks wait and run, and how many end well."""

from execution.kpis.figures import ENOUGH, GROUPINGS, Span, TaskKpi, task_kpis

__all__ = ["ENOUGH", "GROUPINGS", "Span", "TaskKpi", "task_kpis"]
