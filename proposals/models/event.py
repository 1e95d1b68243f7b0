"""The history of a proposal."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from proposals.models.policy import PolicyVersion
from proposals.models.proposal import Proposal
from proposals.states import Status


class ProposalEvent(models.Model):
    """Who did what, when and why. Append-only: a database trigger refuses UPDATE and DELETE."""

    class ActorKind(models.TextChoices):
        PERSON = "person", "Person"
        SERVICE = "service", "Service"
        MODEL = "model", "AI model"
        POLICY = "policy", "Policy"
        SYSTEM = "system", "System"

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="events")
    name = models.CharField(max_length=40)
    before = models.CharField(max_length=20, blank=True, choices=Status)
    after = models.CharField(max_length=20, choices=Status)
    actor_kind = models.CharField(max_length=10, choices=ActorKind)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    policy = models.ForeignKey(PolicyVersion, null=True, blank=True, on_delete=models.PROTECT)
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="event_actor_matches_kind",
                condition=models.Q(actor_kind__in=["person", "service", "model"], actor__isnull=False)
                | models.Q(actor_kind="policy", policy__isnull=False, actor__isnull=True)
                | models.Q(actor_kind="system", actor__isnull=True),
            )
        ]
        indexes = [models.Index(name="event_timeline", fields=["proposal", "id"])]  # the history of one proposal

    def __str__(self) -> str:
        return f"{self.name}: {self.before} → {self.after}"

    @property
    def who(self) -> str:
        """The actor in words, for pages and logs."""
        if self.actor_kind == self.ActorKind.POLICY:
            return str(self.policy)
        return str(self.actor) if self.actor else "the system"
