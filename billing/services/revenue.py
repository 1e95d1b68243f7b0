"""Daily revenue against the ledger it is the sum of. A trigger keeps it; this proves it and can make it anew."""

from __future__ import annotations

from django.db import connection, transaction

from billing.models import DailyRevenue

_COLUMNS = (
    "day, currency, offer_id, opportunity_id, entries, gross, refunds, disputes, other, fees, net"  # as in the trigger
)
_SUMS = """
SELECT (occurred_at AT TIME ZONE 'UTC')::date AS day, currency, offer_id, opportunity_id, count(*)::bigint,
       coalesce(sum(gross) FILTER (WHERE kind = 'payment'), 0)::bigint,
       coalesce(sum(gross) FILTER (WHERE kind IN ('refund', 'refund_failure')), 0)::bigint,
       coalesce(sum(gross) FILTER (WHERE kind IN ('dispute', 'dispute_reversal')), 0)::bigint,
       coalesce(sum(gross) FILTER (
           WHERE kind NOT IN ('payment', 'refund', 'refund_failure', 'dispute', 'dispute_reversal')), 0)::bigint,
       sum(fee)::bigint, sum(net)::bigint
FROM billing_ledgerentry GROUP BY 1, 2, 3, 4
"""


def count_stale_days() -> int:
    """How many rows of daily revenue are not what the ledger sums to; missing and needless ones count. One query."""
    stored = f"SELECT {_COLUMNS} FROM billing_dailyrevenue"  # noqa: S608 - constants
    differing = f"(({_SUMS}) EXCEPT ({stored})) UNION ALL (({stored}) EXCEPT ({_SUMS}))"
    keys = f"SELECT DISTINCT sums.day, sums.currency, sums.offer_id, sums.opportunity_id FROM ({differing}) AS sums"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({keys}) AS differing")  # noqa: S608
        return int(cursor.fetchone()[0])


@transaction.atomic
def rebuild_daily_revenue() -> int:
    """Sum the whole ledger up again and return how many rows that makes. Writers of the ledger wait meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE billing_ledgerentry IN SHARE ROW EXCLUSIVE MODE")
        DailyRevenue.objects.all().delete()
        cursor.execute(f"INSERT INTO billing_dailyrevenue ({_COLUMNS}) {_SUMS}")
        return int(cursor.rowcount)
