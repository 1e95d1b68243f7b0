"""What a change is meant to earn from."""

from __future__ import annotations

from django.db import models


class Opportunity(models.Model):
    """A line of business. Proposals, offers and orders point at it, so money finds its way back to the change."""

    name = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "opportunities"

    def __str__(self) -> str:
        return self.name
