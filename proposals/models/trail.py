"""The chain that holds decisions and events together."""

from __future__ import annotations

from django.db import models


class TrailEntry(models.Model):
    """One decision or event, in the order of the commits. Written by a trigger, append-only, and no code of ours.

    ``hash`` is the SHA-256 of the sequence number, the hash before it and the row as `fsarsite_trail_decision` or
    `fsarsite_trail_event` tells it: whoever alters a row later breaks the chain. See docs/adr/0011.
    """

    class Source(models.TextChoices):
        DECISION = "decision", "Decision"
        EVENT = "event", "Event"

    sequence = models.BigIntegerField(primary_key=True)
    source = models.CharField(max_length=10, choices=Source)
    row = models.BigIntegerField(help_text="The id of the decision or event.")
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = "decision trail entry"
        verbose_name_plural = "decision trail entries"
        permissions = [("export_trail", "Can export the decision trail")]
        constraints = [models.UniqueConstraint(name="trail_each_row_once", fields=["source", "row"])]

    def __str__(self) -> str:
        return f"{self.sequence}: {self.source} {self.row}"
