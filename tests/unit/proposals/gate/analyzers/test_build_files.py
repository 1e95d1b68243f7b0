from __future__ import annotations

import pytest

from proposals.gate import Outcome
from tests.unit.proposals.gate.proposed import file_of, plan_of, rule_ids, verdict_of

_OWN = {"path/lock-file", "path/manifest", "path/pipeline", "path/entry-point"}


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("package-lock.json", "path/lock-file"),
        ("web/yarn.lock", "path/lock-file"),
        ("Cargo.lock", "path/lock-file"),
        ("package.json", "path/manifest"),
        ("requirements.txt", "path/manifest"),
        ("requirements-dev.txt", "path/manifest"),
        ("Bakery.csproj", "path/manifest"),
        ("Makefile", "path/pipeline"),
        ("azure-pipelines.yml", "path/pipeline"),
        ("manage.py", "path/entry-point"),
        ("MANAGE.PY", "path/entry-point"),
        ("Dockerfile", "path/entry-point"),
        ("Dockerfile.worker", "path/entry-point"),
        ("docker-compose.prod.yml", "path/entry-point"),
    ],
)
def test_build_files_asks_a_person(path: str, rule: str) -> None:
    verdict = verdict_of(file_of(path, "anything\n"))

    assert rule in {finding.rule_id for finding in verdict.findings}
    assert verdict.outcome is not Outcome.CLEARED


@pytest.mark.parametrize(
    "path",
    [
        "src/server.js",
        "apps/web/package.json",
        "oven/Dockerfile",
        "config/database.yml",
        "docs/requirements.md",
        "src/package.json.ts",
        "src/dockerfile_parser.py",
        "shop/compose.py",
        "scripts/create_schema.sh",
        "notes/lock.json",
    ],
)
def test_build_files_lets_pass(path: str) -> None:
    assert not rule_ids(file_of(path, "anything\n")) & _OWN


def test_build_files_reads_no_plans() -> None:
    assert not rule_ids(plan_of("Update package-lock.json and the Makefile.")) & _OWN
