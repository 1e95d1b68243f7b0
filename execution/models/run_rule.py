"""Whether what was approved still has to be started by a person."""

from __future__ import annotations

from django.db import models

from proposals.gate import Band


class RunRule(models.Model):
    """What an approved proposal of a band waits for. A band without a row is queued by its approval."""

    band = models.CharField(max_length=10, unique=True, choices=[(band.value, band.value) for band in Band])
    is_held = models.BooleanField(
        "started by hand", default=True, help_text="An approved proposal waits until a person runs it."
    )
    by_another = models.BooleanField(
        "by another person", default=True, help_text="Who approved it may not be the one who runs it."
    )

    def __str__(self) -> str:
        if not self.is_held:
            return f"{self.band}: queued by the approval"
        return f"{self.band}: a person{' who did not approve it' if self.by_another else ''} runs it"
