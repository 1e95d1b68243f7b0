"""Whose attention a proposal wants, and whose it does not want yet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from proposals.models.proposal import Proposal


class Watch(models.Model):
    """Somebody who wants to be told what becomes of a proposal."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="watches")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="watches")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="watch_one_per_person", fields=["proposal", "by"])]

    def __str__(self) -> str:
        return f"{self.by} watches {self.proposal_id}"


class SnoozeQuerySet(models.QuerySet["Snooze"]):
    """Reads of snoozes."""

    def standing(self) -> SnoozeQuerySet:
        """Those that did not run out."""
        return self.filter(until__gt=timezone.now())


class Snooze(models.Model):
    """Out of somebody's "Waiting on me" for a while; out of everybody's without a person. Deadlines go on."""

    proposal = models.ForeignKey(Proposal, on_delete=models.CASCADE, related_name="snoozes")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="snoozes"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    until = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SnoozeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(  # also answers "is it out of the way of this person?"
                name="snooze_one_per_person", fields=["proposal", "person"], nulls_distinct=False
            ),
            models.CheckConstraint(name="snooze_own_or_all", condition=Q(person=models.F("by")) | Q(person=None)),
        ]

    def __str__(self) -> str:
        return f"snoozed until {self.until:%Y-%m-%d %H:%M}"
