"""The kill switch and the workers' signs of life."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone


class ExecutionControl(models.Model):
    """The kill switch: one row. Halted means that no worker claims or starts a task."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    is_halted = models.BooleanField(default=False)
    reason = models.CharField(max_length=500, blank=True)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = verbose_name_plural = "kill switch"
        constraints = [models.CheckConstraint(name="control_single_row", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return "halted" if self.is_halted else "running"


class WorkerHeartbeat(models.Model):
    """One running cluster; rows older than a minute are dead ones."""

    name = models.CharField(max_length=100, unique=True)
    started_at = models.DateTimeField(default=timezone.now)
    beat_at = models.DateTimeField(default=timezone.now)
    data = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name
