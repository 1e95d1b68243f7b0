"""Claiming: the best queued tasks that there is room for become ours, under a lease and a new fence."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from execution.queue.load import capacity_now
from execution.queue.statements import fetch_all_in_turn
from proposals.models import Proposal

CLAIM_LOCK = 7_236_520
"""Only one cluster claims at a time, on any machine; so the limits of the types hold exactly."""

# A claim that a crash of the server forgets is one that never happened: the tasks are queued, and no worker can
# start them. So the commit need not wait for the disk.
#
# A bitmap scan never marks the dead entries of an index, of which each task leaves several in task_lease: until the
# next vacuum it would read all of them at every claim. A plain index scan marks them and passes over them then.
LOCK = """
SELECT set_config('synchronous_commit', 'off', true), set_config('enable_bitmapscan', 'off', true),
       set_config('plan_cache_mode', 'force_generic_plan', true), pg_advisory_xact_lock(%(lock)s)
"""

AGED = 100
"""The priority of what has waited too long: such tasks go before everything, whatever their type."""
_ORDER = f"(queued.priority >= {AGED}) DESC, room.priority DESC, queued.priority DESC, queued.id"

# Conditions on the status are literals, so that the partial indexes task_claim and task_lease serve them.
# OFFSET 0 keeps the planner from turning NOT EXISTS into a join over the whole queue: asked row by row, best first,
# it ends as soon as there are enough. 30 ms become 1 ms with 20,000 queued.
CLAIM = f"""
WITH in_flight AS MATERIALIZED (
    SELECT type, kind, leased_by FROM execution_tasks WHERE status IN ('leased', 'running')
), mine AS MATERIALIZED (
    SELECT greatest(%(capacity)s::int - count(*), 0) AS free FROM in_flight WHERE leased_by = %(cluster)s
), room AS MATERIALIZED (
    SELECT known.type, coalesce(type_limit.priority, 0) AS priority,
           least(mine.free, type_limit.max_running - (
               SELECT count(*) FROM in_flight WHERE in_flight.type = known.type
           )) AS slots
    FROM unnest(%(types)s::text[]) AS known (type)
    CROSS JOIN mine
    LEFT JOIN execution_typelimit AS type_limit ON type_limit.type = known.type
    WHERE NOT EXISTS (SELECT FROM execution_executioncontrol WHERE is_halted)
      AND NOT EXISTS (
        SELECT FROM execution_freeze WHERE statement_timestamp() >= starts_at AND statement_timestamp() < ends_at
    )
), kind_room AS MATERIALIZED (
    SELECT kind_limit.kind, kind_limit.max_running - (
               SELECT count(*) FROM in_flight WHERE in_flight.kind = kind_limit.kind
           ) AS slots
    FROM execution_kindlimit AS kind_limit
), ranked AS MATERIALIZED (
    SELECT queued.id, queued.kind,
           row_number() OVER (PARTITION BY queued.kind ORDER BY {_ORDER}) AS place_in_kind,
           row_number() OVER (ORDER BY {_ORDER}) AS place
    FROM room CROSS JOIN LATERAL (
        SELECT id, kind, priority FROM execution_tasks AS waiting
        WHERE status = 'queued' AND type = room.type AND (not_before IS NULL OR not_before <= now())
          AND NOT EXISTS (SELECT FROM kind_room WHERE kind_room.kind = waiting.kind AND kind_room.slots <= 0 OFFSET 0)
          AND NOT EXISTS (
              SELECT FROM execution_tasks_depends_on AS link
              JOIN execution_tasks AS first ON first.id = link.to_executiontask_id
              WHERE link.from_executiontask_id = waiting.id AND first.status <> 'succeeded'
              OFFSET 0
          )
        ORDER BY priority DESC, id LIMIT greatest(room.slots, 0)
        FOR UPDATE SKIP LOCKED
    ) AS queued
), best AS MATERIALIZED (
    SELECT ranked.id, ranked.place FROM ranked LEFT JOIN kind_room USING (kind)
    WHERE kind_room.slots IS NULL OR ranked.place_in_kind <= kind_room.slots
    ORDER BY place LIMIT (SELECT free FROM mine)
), claimed AS (
    UPDATE execution_tasks AS task
    SET status = 'leased', fence = fence + 1, attempts = attempts + 1, leased_by = %(cluster)s, not_before = NULL,
        lease_until = clock_timestamp() + make_interval(secs => %(lease)s)
    FROM best WHERE task.id = best.id
    RETURNING task.id, task.fence, task.attempts
), told AS (
    INSERT INTO execution_taskevent (task_id, name, before, after, attempt, actor_kind, note, created_at)
    SELECT id, 'claimed', 'queued', 'leased', attempts, 'system', %(cluster)s, now() FROM claimed
)
SELECT mine.free, claimed.id, claimed.fence
FROM mine LEFT JOIN (best JOIN claimed USING (id)) ON true ORDER BY best.place
"""  # noqa: S608 - an order of ours


@dataclass(frozen=True, slots=True)
class Lease:
    """A claimed task, and the fence that proves that the claim is the latest."""

    task_id: int
    fence: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What one look at the queue brought: the tasks, best first, and how many more there was room for."""

    leases: tuple[Lease, ...]
    free: int


@transaction.atomic
def claim_tasks(*, cluster: str, capacity: int) -> Claim:
    """Lease the best queued tasks, at most ``capacity`` in flight for this cluster, within all limits.

    Tasks that depend on others wait until those have succeeded. Nothing while execution is halted or frozen. Half the
    capacity under load (see `capacity_now`). Claims of all clusters wait for each other (about a millisecond).
    """
    parameters = {
        "lock": CLAIM_LOCK,
        "cluster": cluster,
        "capacity": capacity_now(capacity),
        "lease": settings.EXECUTION_LEASE_SECONDS,
        "types": Proposal.Type.values,
    }
    # two statements, since the second must see what the last claim did
    _, rows = fetch_all_in_turn((LOCK, CLAIM), parameters)
    leases = tuple(Lease(task_id, fence) for _, task_id, fence in rows if task_id is not None)
    return Claim(leases, free=rows[0][0] - len(leases))
