"""The ledger and the story of an order cannot be changed or deleted, whoever holds the connection."""

from django.db import migrations

TABLES = ("billing_ledgerentry", "billing_orderevent")


def trigger(table: str) -> migrations.RunSQL:
    """The trigger of one table, and its removal. The function is that of proposals/0002."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION fsarsite_refuse_change();",
        f"DROP TRIGGER {table}_append_only ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("billing", "0002_orders"), ("proposals", "0002_append_only")]
    operations = [trigger(table) for table in TABLES]
