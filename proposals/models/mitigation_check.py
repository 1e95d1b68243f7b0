"""A check of a mitigation that ran."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from proposals.models.assessment import Assessment
from proposals.models.proposal import Proposal


class MitigationCheck(models.Model):
    """One run of one check: what was asked, by whom, what came of it. Append-only: a trigger refuses changes.

    The latest run of a statement counts.
    """

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="mitigation_checks")
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+")
    mitigation = models.TextField(help_text="What the check proves, in words.")
    statement = models.TextField(help_text="One SELECT of one boolean, asked of the target read-only.")
    passed = models.BooleanField()
    detail = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ran_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(name="check_of_proposal", fields=["proposal", "-id"])]  # the latest run of each

    def __str__(self) -> str:
        return f"{self.mitigation}: {'passed' if self.passed else 'failed'}"
