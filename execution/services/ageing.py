"""Nothing starves."""

from __future__ import annotations

from django.conf import settings

from execution.queue.claim import AGED
from execution.queue.statements import fetch_all

AGE = """
WITH aged AS (
    UPDATE execution_tasks SET priority = %(aged)s
    WHERE status = 'queued' AND priority < %(aged)s
      AND queued_at < now() - make_interval(secs => %(seconds)s)
      AND (not_before IS NULL OR not_before <= now())
    RETURNING id, attempts
)
INSERT INTO execution_taskevent (task_id, name, before, after, attempt, actor_kind, note, created_at)
SELECT id, 'aged', 'queued', 'queued', attempts, 'system', 'It waited long enough to go before others.', now() FROM aged
RETURNING task_id
"""


def age_tasks() -> int:
    """Let what was queued longer than EXECUTION_AGEING_SECONDS go before everything, oldest first; return how many.

    On a schedule. Limits still hold. One statement.
    """
    return len(fetch_all(AGE, {"aged": AGED, "seconds": float(settings.EXECUTION_AGEING_SECONDS)}))
