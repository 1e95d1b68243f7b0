"""What takes a statement back, worked out from its syntax tree and from the catalog before and after it ran."""

from execution.target.reverse import alterations, creations, drops, names, rows  # noqa: F401
from execution.target.reverse.plan import Guard, Kept, Plan, Step, ensure_known, plan_for

__all__ = ["Guard", "Kept", "Plan", "Step", "ensure_known", "plan_for"]
