"""Events that leave for other systems."""

from __future__ import annotations

import uuid

from django.db import connection, models
from django.utils import timezone

from proposals.models.proposal import Proposal

FEED_LOCK = 18_003
"""The upper 16 bits of the advisory locks that writers of events hold; below them stands an id."""
_LAST = "SELECT last_value - (NOT is_called)::int FROM proposals_outboundevent_id_seq"
_HELD = """
SELECT min(((classid::bigint & 65535) << 32) | objid::bigint) FROM pg_locks
WHERE locktype = 'advisory' AND objsubid = 1 AND classid::bigint >> 16 = %s AND pid <> pg_backend_pid()
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


class OutboundEventQuerySet(models.QuerySet["OutboundEvent"]):
    """Reads of the feed."""

    def settled(self) -> OutboundEventQuerySet:
        """Rows before which no other can appear any more, in the feed's order. Asks twice at once.

        Before a writer takes its first id, it locks the last id that was given out, until it commits. So whoever had
        taken an id up to the last one when we looked has either ended or is seen by its lock.
        """
        with connection.cursor() as cursor:
            cursor.execute(_LAST)
            last = cursor.fetchone()[0]
            cursor.execute(_HELD, [FEED_LOCK])
            held = cursor.fetchone()[0]
        return self.filter(id__lte=last if held is None else min(last, held)).order_by("id")


class OutboundEvent(models.Model):
    """One event, for machines. Written in the transaction that caused it; a trigger refuses UPDATE and DELETE.

    Another trigger gives it its id, so that a proposal's events stand as they happened and none appears late: see
    `OutboundEventQuerySet.settled`.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    type = models.CharField(max_length=80)
    subject = models.CharField(max_length=100, help_text="The report's id.")
    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="outbound_events")
    time = models.DateTimeField(default=timezone.now)
    data = models.JSONField(default=dict)

    objects = OutboundEventQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(name="outbound_of_type", fields=["type", "id"]),  # the feed of one type
            models.Index(name="outbound_of_subject", fields=["subject", "id"]),  # the feed of one subject
        ]

    def __str__(self) -> str:
        return f"{self.type}: {self.subject}"
