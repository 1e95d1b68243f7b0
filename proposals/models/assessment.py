"""Our own judgement of one exact content."""

from __future__ import annotations

from django.db import models

from proposals.gate import Band, Level, Outcome
from proposals.models.policy import PolicyVersion


def _choices(names: type[Band | Level | Outcome]) -> list[tuple[str, str]]:
    return [(name.value, name.value.replace("_", " ").capitalize()) for name in names]


class Assessment(models.Model):
    """What the gate made of one content under one policy and its waivers. Immutable: a re-assessment is a new row."""

    content_hash = models.CharField(max_length=80)
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    gate_version = models.CharField(max_length=40)
    waivers = models.CharField(max_length=80, blank=True, help_text="Hash of the waived findings; empty without one.")
    is_mitigated = models.BooleanField(default=False, help_text="Whether a mitigation's check ran and passed.")
    measured = models.PositiveSmallIntegerField(default=0, help_text="The reversibility a rehearsal measured; 0: none.")
    measurements = models.CharField(
        max_length=80, blank=True, help_text="Hash of what was measured outside of the content; empty without any."
    )
    outcome = models.CharField(max_length=20, choices=_choices(Outcome))
    band = models.CharField(max_length=10, choices=_choices(Band))
    likelihood = models.PositiveSmallIntegerField()
    damage = models.PositiveSmallIntegerField()
    reversibility = models.PositiveSmallIntegerField()
    severity = models.PositiveSmallIntegerField()
    evidence = models.JSONField(default=dict, help_text="One sentence for each of likelihood, damage, reversibility.")
    decided_by = models.TextField(help_text="The floor, threshold or rule that decided.")
    headline = models.TextField()
    effect = models.TextField()
    worst_case = models.TextField()
    way_back = models.TextField()
    distance = models.JSONField(default=dict, blank=True, help_text="How far from the next band; empty when blocked.")
    retrospective = models.JSONField(default=dict, blank=True, help_text="The FSAR sections with something to say.")
    truth = models.JSONField(default=dict, blank=True, help_text="Assumptions, unknowns and falsifiable claims.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="assessment_once_per_content",  # also answers "was this content judged already?"
                fields=[
                    "content_hash",
                    "policy",
                    "gate_version",
                    "measured",
                    "waivers",
                    "is_mitigated",
                    "measurements",
                ],
            ),
            models.CheckConstraint(
                name="assessment_factors_in_range",
                condition=models.Q(
                    likelihood__range=(1, 5), damage__range=(1, 5), reversibility__range=(1, 3), measured__range=(0, 3)
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}, severity {self.severity}"


class Finding(models.Model):
    """One thing an analyzer saw, in SARIF's terms."""

    assessment = models.ForeignKey(Assessment, on_delete=models.CASCADE, related_name="findings")
    rule_id = models.CharField(max_length=100)
    level = models.CharField(max_length=10, choices=_choices(Level))
    effect = models.CharField(max_length=10)
    message = models.TextField()
    remedy = models.TextField()
    artifact = models.CharField(max_length=10, blank=True, help_text="What the lines count in: the report or the file.")
    start_line = models.PositiveIntegerField(null=True)
    end_line = models.PositiveIntegerField(null=True)
    fingerprint = models.CharField(max_length=80)
    is_waived = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="finding_lines_paired",
                condition=models.Q(start_line__isnull=True, end_line__isnull=True, artifact="")
                | models.Q(start_line__gte=1, end_line__gte=models.F("start_line")) & ~models.Q(artifact=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.rule_id}: {self.message}"
