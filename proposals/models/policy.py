"""Policy as data: thresholds, floors and rights, in versions that are never edited."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from proposals.gate import Rules


class PolicyQuerySet(models.QuerySet["PolicyVersion"]):
    """Reads of the policy."""

    def current(self) -> PolicyVersion:
        """The version in force: the highest."""
        return self.order_by("-version")[:1].get()


class PolicyVersion(models.Model):
    """One version of the policy. Editing the policy adds a version; every assessment names the one it used."""

    version = models.PositiveIntegerField(unique=True)
    document = models.JSONField(help_text="The rules as JSON; see docs/policy.md for what each key means.")
    note = models.CharField(max_length=500, help_text="Why this version was made.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = "policy version"

    def __str__(self) -> str:
        return f"policy {self.version}"

    @property
    def rules(self) -> Rules:
        """The document as typed rules."""
        return Rules.from_dict(self.document)
