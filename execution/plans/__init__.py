"""What a plan asks to be done, taken apart into actions. Pure Python; never runs anything."""

from execution.plans.actions import Action, actions_of
from execution.plans.parts import Part, parts_of
from execution.plans.sql_fences import SqlFence, sql_fences

__all__ = ["Action", "Part", "SqlFence", "actions_of", "parts_of", "sql_fences"]
