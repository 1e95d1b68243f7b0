"""Decisions, events, policy versions and assessments cannot be changed or deleted, whoever holds the connection."""

from django.db import migrations

TABLES = ("proposals_decision", "proposals_proposalevent", "proposals_policyversion", "proposals_assessment")

FUNCTION = """
CREATE FUNCTION fsarsite_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$;
"""


def trigger(table: str) -> migrations.RunSQL:
    """The trigger of one table, and its removal."""
    return migrations.RunSQL(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION fsarsite_refuse_change();",
        f"DROP TRIGGER {table}_append_only ON {table};",
    )


class Migration(migrations.Migration):
    dependencies = [("proposals", "0001_initial")]
    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION fsarsite_refuse_change();"),
        *[trigger(table) for table in TABLES],
    ]
