"""Daily revenue grows with the ledger, in the same statement; see docs/adr/0010. Projections stay as they were said."""

from django.db import migrations

SUMS = """
SELECT (occurred_at AT TIME ZONE 'UTC')::date, currency, offer_id, opportunity_id, count(*),
       coalesce(sum(gross) FILTER (WHERE kind = 'payment'), 0),
       coalesce(sum(gross) FILTER (WHERE kind IN ('refund', 'refund_failure')), 0),
       coalesce(sum(gross) FILTER (WHERE kind IN ('dispute', 'dispute_reversal')), 0),
       coalesce(sum(gross) FILTER (
           WHERE kind NOT IN ('payment', 'refund', 'refund_failure', 'dispute', 'dispute_reversal')), 0),
       sum(fee), sum(net)
FROM {source} GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
"""
COLUMNS = "day, currency, offer_id, opportunity_id, entries, gross, refunds, disputes, other, fees, net"

# ON CONFLICT DO NOTHING leaves what it skipped out of the transition table, so an entry counts once.
# Sorted, so that two writers take the rows' locks in the same order.
FUNCTION = f"""
CREATE FUNCTION billing_add_daily_revenue() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO billing_dailyrevenue AS known ({COLUMNS})
    {SUMS.format(source="added")}
    ON CONFLICT (day, currency, offer_id, opportunity_id) DO UPDATE SET
        entries = known.entries + excluded.entries, gross = known.gross + excluded.gross,
        refunds = known.refunds + excluded.refunds, disputes = known.disputes + excluded.disputes,
        other = known.other + excluded.other, fees = known.fees + excluded.fees, net = known.net + excluded.net;
    RETURN NULL;
END
$$;
CREATE TRIGGER billing_ledgerentry_daily_revenue AFTER INSERT ON billing_ledgerentry
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION billing_add_daily_revenue();
INSERT INTO billing_dailyrevenue ({COLUMNS}) {SUMS.format(source="billing_ledgerentry")};
"""


class Migration(migrations.Migration):
    dependencies = [("billing", "0005_money")]
    operations = [
        migrations.RunSQL(
            FUNCTION,
            "DROP TRIGGER billing_ledgerentry_daily_revenue ON billing_ledgerentry;"
            "DROP FUNCTION billing_add_daily_revenue();"
            "DELETE FROM billing_dailyrevenue;",
        ),
        migrations.RunSQL(
            "CREATE TRIGGER billing_revenueprojection_append_only BEFORE UPDATE OR DELETE ON billing_revenueprojection "
            "FOR EACH ROW EXECUTE FUNCTION fsarsite_refuse_change();",
            "DROP TRIGGER billing_revenueprojection_append_only ON billing_revenueprojection;",
        ),
    ]
