"""Task events and rollbacks cannot be changed or deleted, whoever holds the connection."""

from importlib import import_module

from django.db import migrations

trigger = import_module("proposals.migrations.0002_append_only").trigger


class Migration(migrations.Migration):
    dependencies = [("execution", "0001_initial"), ("proposals", "0002_append_only")]
    operations = [trigger(table) for table in ("execution_taskevent", "execution_rollback")]
