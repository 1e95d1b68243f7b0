"""The schema that `manage.py up` gives an empty database is the one that dj-stripe's models ask for."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from fsarsite.djstripe_schema import APP, MIGRATIONS, SCHEMA

_COLUMNS = """
SELECT table_name, column_name, data_type, character_maximum_length, is_nullable
FROM information_schema.columns WHERE table_name LIKE 'djstripe%' AND table_schema = current_schema()
"""
_CONSTRAINTS = """
SELECT conrelid::regclass::text, contype::text, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = current_schema()::regnamespace AND conrelid::regclass::text LIKE 'djstripe%'
AND contype IN ('p', 'u', 'f')
"""


def asked(question: str) -> set[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return set(cursor.fetchall())


def made_in(schema: str) -> None:
    """Tables go to a schema of their own until the test ends, beside what they refer to."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}")
        cursor.execute(f"SET LOCAL search_path TO {schema}")
        cursor.execute("CREATE TABLE proposals_user (id bigint PRIMARY KEY)")


@pytest.mark.django_db
def test_schema_file_makes_what_the_models_ask_for() -> None:
    made_in("wanted")
    models = ProjectState.from_apps(apps).apps.get_app_config(APP).get_models()  # as a migration sees them
    with connection.schema_editor() as editor:
        for model in models:
            editor.create_model(model)
    wanted = [asked(_COLUMNS), asked(_CONSTRAINTS)]

    made_in("made")
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA.read_text())

    assert wanted[0]
    assert [asked(_COLUMNS) ^ wanted[0], asked(_CONSTRAINTS) ^ wanted[1]] == [set(), set()]


def test_schema_file_is_made_of_the_migrations_of_the_installed_djstripe(settings: Any) -> None:
    settings.MIGRATION_MODULES = {}

    assert sorted(name for app, name in MigrationLoader(None).disk_migrations if app == APP) == sorted(MIGRATIONS)
