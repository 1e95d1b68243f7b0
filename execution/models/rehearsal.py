"""The certificate of a rehearsal: what one change did on a copy of the target, and what undid it there."""

from __future__ import annotations

import uuid

from django.db import models

from proposals.models import Proposal


class RehearsalCertificate(models.Model):
    """One rehearsal of one SQL text of a proposal. Never changed: a later rehearsal is a new row.

    A run binds to it by ``content_hash``, ``sql_hash``, ``schema_before`` and ``sizes``: on another target it is void.
    """

    class Result(models.TextChoices):
        PASSED = "passed", "Passed"
        ALREADY_SATISFIED = "already_satisfied", "Already satisfied"
        NOT_REPRESENTATIVE = "not_representative", "Not representative"
        FAILED = "failed", "Failed"

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="rehearsals")
    content_hash = models.CharField(max_length=80)
    sql_hash = models.CharField(max_length=80)
    place = models.PositiveSmallIntegerField(default=0, help_text="Which SQL text of the proposal, from 0.")
    result = models.CharField(max_length=20, choices=Result)
    error = models.TextField(blank=True)
    doubt = models.TextField(
        blank=True, help_text="Why the rows of the copy prove little; empty when they prove enough."
    )
    copied = models.JSONField(
        default=dict, help_text="How much of each table that it names or touches the copy held; masked columns."
    )
    schema_before = models.CharField(
        max_length=80, blank=True, help_text="Fingerprint of the target; empty for a text that follows another."
    )
    sizes = models.JSONField(default=dict, help_text="Digits of the row count, by table that it touches rows of.")
    locks = models.JSONField(default=list, help_text="[table, mode], held until the commit.")
    rows = models.JSONField(default=dict, help_text="Rows touched, by table.")
    milliseconds = models.PositiveIntegerField(default=0, help_text="The whole rehearsal.")
    held_milliseconds = models.PositiveIntegerField(default=0, help_text="How long the change held its locks.")
    reversibility = models.PositiveSmallIntegerField(help_text="1 rollback proven, 2 restore proven, 3 neither.")
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(name="rehearsal_standing", fields=["content_hash", "sql_hash", "-id"]),  # what a run binds to
        ]
        constraints = [
            models.CheckConstraint(
                name="rehearsal_reversibility_in_range", condition=models.Q(reversibility__range=(1, 3))
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_result_display()}: {self.proposal}"
