"""What people and other systems are told about proposals: an outbox, and where webhooks go."""

from __future__ import annotations

import base64
import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.crypto import salted_hmac

from proposals.models.proposal import Proposal


class NoticeKind(models.TextChoices):
    """What is told."""

    WAITS = "waits", "Waits for a decision"
    ASSIGNED = "assigned", "Given to you"
    ASKED = "asked", "Its producer is asked"
    ANSWERED = "answered", "Answered by its producer"
    SAID = "said", "Somebody commented"
    APPROVAL = "approval", "Approved, needs another person"
    CHANGED = "changed", "Its status changed"
    BROKE_GLASS = "broke_glass", "Approved by break-glass"
    REMINDER = "reminder", "Due soon"
    OVERDUE = "overdue", "Overdue"
    EXPIRING = "expiring", "Expires soon"
    REVIEW_OWED = "review_owed", "A later review is overdue"


class NoticeEndpoint(models.Model):
    """Where a system is told, by signed POST. Its secret is made from SECRET_KEY and lies in no table."""

    name = models.CharField(max_length=60, unique=True)
    url = models.URLField(max_length=500)
    kinds = ArrayField(models.CharField(max_length=20, choices=NoticeKind), help_text="What it is told.")
    is_active = models.BooleanField(default=True)
    key = models.UUIDField(default=uuid.uuid4, editable=False)
    previous_key = models.UUIDField(null=True, editable=False, help_text="Signs as well, until it is replaced again.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def secret(self) -> str:
        """What the receiver checks signatures with, in the form of Standard Webhooks: ``whsec_`` and base64."""
        return f"whsec_{base64.b64encode(secret_bytes(self.key)).decode()}"


def secret_bytes(key: uuid.UUID) -> bytes:
    """The 32 bytes that belong to a key of an endpoint."""
    return salted_hmac("proposals.notices.endpoint", str(key), algorithm="sha256").digest()


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Reads of the outbox."""

    def pending(self) -> NoticeQuerySet:
        """Those that are still to be sent."""
        return self.filter(sent_at=None, given_up_at=None)


class Notice(models.Model):
    """One thing told to one person or endpoint. Written in the transaction that caused it, sent by a worker."""

    kind = models.CharField(max_length=20, choices=NoticeKind)
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="notices")
    to = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="notices"
    )
    endpoint = models.ForeignKey(
        NoticeEndpoint, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices"
    )
    about = models.JSONField(help_text="The effect, the deadline and the status when it was caused.")
    created_at = models.DateTimeField(auto_now_add=True)
    next_try_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        permissions = [("resend_notice", "Can have notices sent again")]
        indexes = [
            models.Index(  # what is to be sent now
                name="notice_pending", fields=["next_try_at"], condition=Q(sent_at=None, given_up_at=None)
            )
        ]
        constraints = [
            models.CheckConstraint(name="notice_ended_once", condition=Q(sent_at=None) | Q(given_up_at=None)),
            models.CheckConstraint(name="notice_to_one", condition=Q(to=None) | Q(endpoint=None)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.proposal_id}"
