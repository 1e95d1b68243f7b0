"""Daily revenue against the ledger it is the sum of. A trigger keeps it; this proves it and can make it anew."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from django.db import connection, transaction

from billing.models import DailyRevenue

_COLUMNS = (
    "day, currency, offer_id, opportunity_id, entries, gross, refunds, disputes, other, fees, net"  # as in the trigger
)
_SUMS = """
SELECT (occurred_at AT TIME ZONE 'UTC')::date AS day, currency, offer_id, opportunity_id, count(*)::bigint AS entries,
       coalesce(sum(gross) FILTER (WHERE kind = 'payment'), 0)::bigint AS gross,
       coalesce(sum(gross) FILTER (WHERE kind IN ('refund', 'refund_failure')), 0)::bigint AS refunds,
       coalesce(sum(gross) FILTER (WHERE kind IN ('dispute', 'dispute_reversal')), 0)::bigint AS disputes,
       coalesce(sum(gross) FILTER (
           WHERE kind NOT IN ('payment', 'refund', 'refund_failure', 'dispute', 'dispute_reversal')
       ), 0)::bigint AS other,
       sum(fee)::bigint AS fees, sum(net)::bigint AS net
FROM billing_ledgerentry WHERE occurred_at >= %(since)s AND occurred_at < %(until)s GROUP BY 1, 2, 3, 4
"""
_STALE = f"""
SELECT count(*) FROM ({_SUMS}) AS summed FULL JOIN (
    SELECT * FROM billing_dailyrevenue WHERE day >= %(first)s AND day <= %(last)s
) AS kept USING (day, currency, offer_id, opportunity_id)
WHERE (summed.entries, summed.gross, summed.refunds, summed.disputes, summed.other, summed.fees, summed.net)
    IS DISTINCT FROM (kept.entries, kept.gross, kept.refunds, kept.disputes, kept.other, kept.fees, kept.net)
"""  # noqa: S608 - constants
EARLIEST, LATEST = date(1970, 1, 1), date(9998, 12, 31)


def count_stale_days(since: date = EARLIEST, until: date = LATEST) -> int:
    """How many rows of daily revenue of these UTC days, both included, are not what the ledger sums to.

    Missing and needless rows count. One query, which sums up all entries of those days.
    """
    with connection.cursor() as cursor:
        cursor.execute(_STALE, _days(since, until))
        return int(cursor.fetchone()[0])


def _days(since: date, until: date) -> dict[str, date | datetime]:
    return {
        "first": since,
        "last": until,
        "since": datetime.combine(since, time.min, UTC),
        "until": datetime.combine(until + timedelta(days=1), time.min, UTC),
    }


@transaction.atomic
def rebuild_daily_revenue() -> int:
    """Sum the whole ledger up again and return how many rows that makes. Writers of the ledger wait meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE billing_ledgerentry IN SHARE ROW EXCLUSIVE MODE")
        DailyRevenue.objects.all().delete()
        statement = f"INSERT INTO billing_dailyrevenue ({_COLUMNS}) {_SUMS}"
        cursor.execute(statement, _days(EARLIEST, LATEST))
        return int(cursor.rowcount)
