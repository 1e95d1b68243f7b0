"""How much of its capacity a worker uses: half of it while the machine or the database has more than enough to do."""

from __future__ import annotations

import os

from django.conf import settings

from execution.queue.statements import fetch_all

# Over the whole server, so the target's sessions count when it is there. What is waited for, too: a lock held up.
AT_WORK = """
SELECT count(*) FROM pg_stat_activity
WHERE backend_type = 'client backend' AND state = 'active' AND pid <> pg_backend_pid()
"""


def capacity_now(capacity: int) -> int:
    """The capacity, or half of it, at least one, while the machine or the database is loaded.

    Each processor has more than EXECUTION_LOAD_LIMIT to do, or more than EXECUTION_DATABASE_LIMIT sessions of the
    PostgreSQL server are at work or wait for a lock. 0 is no limit; then nothing is asked.
    """
    return max(1, capacity // 2) if _is_machine_loaded() or _is_database_loaded() else capacity


def _is_machine_loaded() -> bool:
    most = float(settings.EXECUTION_LOAD_LIMIT) * (os.cpu_count() or 1)
    return bool(most) and os.getloadavg()[0] > most


def _is_database_loaded() -> bool:
    most = int(settings.EXECUTION_DATABASE_LIMIT)
    return bool(most) and int(fetch_all(AT_WORK, {})[0][0]) > most
