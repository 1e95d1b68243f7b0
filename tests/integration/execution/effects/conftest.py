from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings as current
from psycopg import sql
from psycopg.conninfo import make_conninfo

from fsarsite.samples.workspace import ensure_workspace
from tests.integration.execution.effects.target import SCHEMA, Target
from tests.integration.execution.effects.workspaces import Shop

collect_ignore = [] if shutil.which("bwrap") else ["test_workspace_sandbox.py"]


@pytest.fixture
def shop(tmp_path: Path, settings: Any) -> Iterator[Shop]:
    """A workspace of the test's own, inside a folder with something to escape to."""
    settings.WORKSPACE_PATH = tmp_path / "workspace"
    (tmp_path / "outside").mkdir()
    ensure_workspace(settings.WORKSPACE_PATH)
    yield Shop(settings.WORKSPACE_PATH)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["outside", "workspace"]
    assert list((tmp_path / "outside").iterdir()) == []


@pytest.fixture
def target(settings: Any) -> Iterator[Target]:
    """A target database of the test's own, with a shop's tables and an execution_tasks that lacks ai_model."""
    with made_target() as made:
        settings.TARGET_DATABASE_URL = made.url
        yield made


@pytest.fixture(scope="module")
def shared_targets() -> Iterator[SharedTargets]:
    """Targets for tests that leave them as they were."""
    with ExitStack() as made:
        yield SharedTargets(made)


@pytest.fixture
def unchanging_target(shared_targets: SharedTargets, settings: Any) -> Iterator[Target]:
    """A target that must look the same after the test, to pg_dump; the next test gets it too."""
    with shared_targets.borrowed(SCHEMA) as borrowed:
        settings.TARGET_DATABASE_URL = borrowed.url
        yield borrowed


class SharedTargets:
    """One target per schema; the last dump of one is the first of the next test, for nothing happens in between."""

    def __init__(self, made: ExitStack) -> None:
        self._made = made
        self._targets: dict[str, tuple[Target, str]] = {}

    @contextmanager
    def borrowed(self, schema: str) -> Iterator[Target]:
        """The target; what is not as it was afterwards is an error, and the next test gets a new one."""
        target, before = self._targets.pop(schema, None) or self._make(schema)
        yield target
        assert target.dump() == before
        self._targets[schema] = target, before

    def _make(self, schema: str) -> tuple[Target, str]:
        target = self._made.enter_context(made_target(schema))
        return target, target.dump()


@contextmanager
def made_target(schema: str = SCHEMA) -> Iterator[Target]:
    original, name = current.TARGET_DATABASE_URL, f"target_{uuid4().hex}"
    with psycopg.connect(original, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    made = Target(make_conninfo(original, dbname=name))
    with psycopg.connect(made.url, autocommit=True) as connection:
        connection.execute(schema.encode())
    yield made
    with psycopg.connect(original, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
