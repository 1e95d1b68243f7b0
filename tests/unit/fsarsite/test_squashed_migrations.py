"""A database that is made at once is the same as one that grew with us."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.migrations import Migration, RunSQL
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

SQUASHED = {"proposals": "0001_squashed_0009", "execution": "0001_squashed_0009", "billing": "0001_squashed_0008"}
FILLS_OLD_ROWS = "UPDATE billing_ledgerentry AS entry"  # what no empty database has


def _after(names: dict[str, str], *, replace: bool) -> ProjectState:
    loader = MigrationLoader(None, replace_migrations=replace)
    state: ProjectState = loader.project_state(list(names.items()))
    return state


def _statements(migrations: list[Migration]) -> list[Any]:
    run = [each.sql for migration in migrations for each in migration.operations if isinstance(each, RunSQL)]
    return sorted(sql for sql in run if FILLS_OLD_ROWS not in str(sql))


@pytest.fixture(scope="module")
def replaced() -> dict[str, list[Migration]]:
    disk = MigrationLoader(None, replace_migrations=False).disk_migrations
    return {app: [disk[key] for key in disk[app, name].replaces] for app, name in SQUASHED.items()}


def test_squashed_migrations_lead_to_the_same_models(replaced: dict[str, list[Migration]]) -> None:
    grown = _after({app: migrations[-1].name for app, migrations in replaced.items()}, replace=False)

    differences = MigrationAutodetector(grown, _after(SQUASHED, replace=True)).changes(
        graph=MigrationLoader(None).graph
    )

    assert differences == {}


@pytest.mark.parametrize("app", SQUASHED)
def test_squashed_migrations_run_the_same_statements(app: str, replaced: dict[str, list[Migration]]) -> None:
    disk = MigrationLoader(None, replace_migrations=False).disk_migrations

    assert _statements([disk[app, SQUASHED[app]]]) == _statements(replaced[app])
