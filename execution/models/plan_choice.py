"""Which parts of a plan an approval leaves out."""

from __future__ import annotations

from django.db import models

from proposals.models import Decision


class PlanChoice(models.Model):
    """Keys of parts (see `execution.plans.Part.key`) that a person's approval of a plan does not include."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="plan_choice")
    left_out = models.JSONField(default=list)

    def __str__(self) -> str:
        return f"{len(self.left_out)} parts left out by {self.decision}"

    @classmethod
    def left_out_of(cls, proposal_id: int) -> frozenset[str]:
        """What any of the approvals left out: all approvers must have wanted a part. One query."""
        rows = cls.objects.filter(decision__proposal=proposal_id, decision__kind=Decision.Kind.APPROVE)
        return frozenset(key for keys in rows.values_list("left_out", flat=True) for key in keys)
