"""The schema that `manage.py up` gives an empty database is the one that dj-stripe's models ask for."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from fsarsite.djstripe_schema import APP, MIGRATIONS

# Three link tables of dj-stripe's migrations count in 32 bits; of models, in what DEFAULT_AUTO_FIELD says.
_COLUMNS = """
SELECT table_name, column_name, replace(data_type, 'bigint', 'integer'), character_maximum_length, is_nullable
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


@pytest.mark.django_db
def test_schema_file_makes_what_the_models_ask_for() -> None:
    of_the_file = [asked(_COLUMNS), asked(_CONSTRAINTS)]  # the test database is made with it

    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA made; SET LOCAL search_path TO made")
        cursor.execute("CREATE TABLE proposals_user (id bigint PRIMARY KEY)")
    with connection.schema_editor() as editor:
        for model in apps.get_app_config(APP).get_models():
            editor.create_model(model)

    assert [asked(_COLUMNS), asked(_CONSTRAINTS)] == of_the_file
    assert len(of_the_file[0]) > 100


def test_schema_file_is_made_of_the_migrations_of_the_installed_djstripe() -> None:
    assert sorted(name for app, name in MigrationLoader(None).disk_migrations if app == APP) == sorted(MIGRATIONS)
