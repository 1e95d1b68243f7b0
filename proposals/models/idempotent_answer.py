"""Answers of the API that are given again when a request is repeated under its Idempotency-Key."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class IdempotentAnswer(models.Model):
    """The answer to one write. Written in the transaction of its effect; forgotten after a day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, address, type and body.")
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField()
    body = models.BinaryField()
    body_hash = models.CharField(max_length=64, help_text="SHA-256 of the body.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        indexes = [models.Index(name="idempotent_answer_age", fields=["created_at"])]  # what is forgotten
        constraints = [models.UniqueConstraint(name="idempotent_answer_once", fields=["user", "key"])]

    def __str__(self) -> str:
        return f"{self.status} to {self.key}"
