"""Times in which nothing starts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.formats import date_format


class FreezeQuerySet(models.QuerySet["Freeze"]):
    """Reads of the windows."""

    def current(self) -> FreezeQuerySet:
        """Those that hold now, the one that ends last first."""
        now = timezone.now()
        return self.filter(starts_at__lte=now, ends_at__gt=now).order_by("-ends_at")


class Freeze(models.Model):
    """A freeze or a maintenance window: until it ends no worker claims or starts a task. What runs goes on."""

    starts_at = models.DateTimeField(default=timezone.now)
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200, help_text="Every admin page shows it meanwhile.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )

    objects = FreezeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(name="freeze_current", fields=["ends_at"])]  # the claim asks every time
        constraints = [
            models.CheckConstraint(
                name="freeze_ends_after_start",
                condition=Q(ends_at__gt=F("starts_at")),
                violation_error_message="A freeze ends after it starts.",
            )
        ]

    def __str__(self) -> str:
        return f"frozen until {date_format(timezone.localtime(self.ends_at), 'DATETIME_FORMAT')}: {self.reason}"
