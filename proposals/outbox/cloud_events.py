"""An event as CloudEvents 1.0 has it in JSON: https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/spec.md"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from proposals.models import OutboundEvent


def cloud_event(event: OutboundEvent) -> dict[str, Any]:
    """Its id is the same on every way and at every try, so that a receiver knows what it has."""
    return {
        "specversion": "1.0",
        "id": str(event.uuid),
        "source": f"{settings.SITE_ORIGIN}/api/v1",
        "type": event.type,
        "subject": event.subject,
        "time": event.time.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": event.data,
    }
