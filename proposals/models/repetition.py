"""Proposals that ask for the same: their groups, their signatures, their single requests."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class RequestGroup(models.Model):
    """One request and how many proposals make it. ``voices`` is kept by the service that joins, in its transaction."""

    class Kind(models.TextChoices):
        EFFECT = "effect", "Same effect"
        TEXT = "text", "Near-duplicate text"

    key = models.CharField(max_length=210, unique=True)
    kind = models.CharField(max_length=10, choices=Kind)
    title = models.CharField(max_length=200)
    voices = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="request_group_kind_known", condition=models.Q(kind__in=["effect", "text"]))
        ]

    def __str__(self) -> str:
        return self.title


class ContentSignature(models.Model):
    """The MinHash signature of a proposal's content."""

    proposal = models.OneToOneField("proposals.Proposal", on_delete=models.CASCADE, related_name="signature")
    values = ArrayField(models.BigIntegerField())
    bands = ArrayField(models.BigIntegerField())

    class Meta:
        indexes = [GinIndex(name="signature_bands", fields=["bands"])]  # which texts are near this one?

    def __str__(self) -> str:
        return f"signature of {self.proposal_id}"


class RequestedAction(models.Model):
    """One thing that a proposal asks for, under a key that is the same however it is put."""

    class Kind(models.TextChoices):
        EFFECT = "effect", "Effect"
        TITLE = "title", "Title of an item"

    proposal = models.ForeignKey("proposals.Proposal", on_delete=models.CASCADE, related_name="requests")
    kind = models.CharField(max_length=10, choices=Kind)
    key = models.CharField(max_length=200)
    words = models.CharField(max_length=200)
    line = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(  # also answers "who else asks for this?"
                name="requested_action_once", fields=["key", "proposal"]
            ),
            models.CheckConstraint(
                name="requested_action_kind_known", condition=models.Q(kind__in=["effect", "title"])
            ),
        ]

    def __str__(self) -> str:
        return self.words
