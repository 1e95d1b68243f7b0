from __future__ import annotations

import pytest

from proposals.gate import DEFAULT, Outcome, Rules
from tests.unit.proposals.gate.proposed import file_of, rule_ids, verdict_of


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("", "path/empty"),
        ("   ", "path/empty"),
        ("/etc/passwd", "path/absolute"),
        ("~/.bashrc", "path/absolute"),
        ("C:/windows/a.txt", "path/absolute"),
        ("\\\\host\\share\\a.txt", "path/absolute"),
        ("../a.txt", "path/traversal"),
        ("a/../../b.txt", "path/traversal"),
        ("a/./b.txt", "path/traversal"),
        ("a\\..\\b.txt", "path/traversal"),
        ("a/\uff0e\uff0e/b.txt", "path/traversal"),
        ("a\0b.txt", "path/characters"),
        ("a\nb.txt", "path/characters"),
        ("a\u202eb.txt", "path/characters"),
        ("a\\b.txt", "path/characters"),
        ("a//b.txt", "path/ambiguous"),
        ("a/b.txt.", "path/ambiguous"),
        ("a /b.txt", "path/ambiguous"),
        ("con.txt", "path/ambiguous"),
        ("a.txt:stream", "path/ambiguous"),
        ("a/" * 300 + "b.txt", "path/too-long"),
        ("a" * 220 + ".txt", "path/too-long"),
        ("a/b/", "path/directory"),
        (".git/hooks/pre-commit", "path/git"),
        ("a/.GIT/config", "path/git"),
        (".g\u200cit/config", "path/git"),
        ("GIT~1/config", "path/git"),
        (".git./config", "path/git"),
        (".git /config", "path/git"),
        (".git::$INDEX_ALLOCATION/config", "path/git"),
        (".github/workflows/ci.yml", "path/protected"),
        (".GitHub/workflows/ci.yml", "path/protected"),
        (".ci/run", "path/protected"),
        (".env", "path/protected"),
        ("deploy/.env.production", "path/protected"),
        ("keys/server.pem", "path/protected"),
        ("%2e%2e/a.txt", "path/characters"),
        ("a/..%2fb.txt", "path/characters"),
        ("$HOME/a.txt", "path/characters"),
        ("a.txt; id", "path/characters"),
        ("a/`id`.txt", "path/characters"),
        ("fsarsite/settings.py", "path/protected"),
    ],
)
def test_file_path_stops(path: str, rule: str) -> None:
    report = file_of(path, "hello\n")

    verdict = verdict_of(report)

    assert rule in {finding.rule_id for finding in verdict.findings}
    assert verdict.outcome in {Outcome.RETURNED, Outcome.BLOCKED}


@pytest.mark.parametrize(
    "path",
    [
        "migrations/001_create_loaves.sql",
        "src/components/Oven.js",
        ".gitignore",
        "docs/git.md",
        "a/b.c/d-e_f.txt",
        "environment.md",
        "Brötchen/liste.txt",
        "deploy/.env.example",
        "app/(shop)/[...slug]/page.tsx",
        "routes/products.$id.js",
    ],
)
def test_file_path_lets_through(path: str) -> None:
    ids = rule_ids(file_of(path, "hello\n"))

    assert not {rule for rule in ids if rule.startswith("path/")}


def test_file_path_asks_the_policy_what_is_protected() -> None:
    rules = Rules.from_dict({**DEFAULT.to_dict(), "protected_paths": ["oven/**"]})

    ids = rule_ids(file_of("oven/heat.py", "HEAT = 1\n"), rules)

    assert "path/protected" in ids
