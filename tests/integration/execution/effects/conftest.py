from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tests.integration.execution.effects.target import SCHEMA, Target


@pytest.fixture
def target(settings: object) -> Iterator[Target]:
    """A target database of the test's own, with a shop's tables and an execution_tasks that lacks ai_model."""
    original, name = settings.TARGET_DATABASE_URL, f"target_{uuid4().hex}"
    with psycopg.connect(original, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    settings.TARGET_DATABASE_URL = make_conninfo(original, dbname=name)
    with psycopg.connect(settings.TARGET_DATABASE_URL, autocommit=True) as connection:
        connection.execute(SCHEMA)
    yield Target(settings.TARGET_DATABASE_URL)
    with psycopg.connect(original, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
