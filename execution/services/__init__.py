"""Every change of a task's state."""

from execution.services.enqueue import enqueue_proposal

__all__ = ["enqueue_proposal"]
