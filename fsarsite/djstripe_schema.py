"""dj-stripe's tables on an empty database, without the minute that Django needs to think its migrations through.

`djstripe_schema.sql` is the schema that dj-stripe's own migrations leave, as pg_dump prints it; a test compares it with
the models. They are recorded as applied, so later versions migrate on from here as anywhere. To make it anew:
`manage.py migrate` on an empty database, then `pg_dump --schema-only --no-owner --table='djstripe_*'`.
"""

from __future__ import annotations

from pathlib import Path

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

APP = "djstripe"
MIGRATIONS = ("0001_initial", "0002_2_10", "0003_2_11")
SCHEMA = Path(__file__).with_name("djstripe_schema.sql")


def migrate_if_needed() -> None:
    """Apply migrations. Finding out that there are none costs less than running the command to learn it."""
    is_new = migrate_empty_database()
    executor = MigrationExecutor(connection)
    if is_new or executor.migration_plan(executor.loader.graph.leaf_nodes()):
        call_command("migrate", interactive=False, verbosity=0)


def migrate_empty_database() -> bool:
    """Apply every migration to a database that has none; False, and nothing done, where there are some already.

    Also False when dj-stripe's migrations are not those that the file was made of. Leaves Django's post-migrate work
    to `migrate`, which has to follow.
    """
    executor = MigrationExecutor(connection)
    known = sorted(name for app, name in executor.loader.disk_migrations if app == APP)
    if executor.loader.applied_migrations or known != sorted(MIGRATIONS):
        return False
    executor.migrate([target for target in executor.loader.graph.leaf_nodes() if target[0] != APP])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(SCHEMA.read_text())
        for name in MIGRATIONS:
            MigrationRecorder(connection).record_applied(APP, name)
    return True
