from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PRODUCTION = {
    "FSARSITE_ENV": "production",
    "SECRET_KEY": "k" * 20 + "".join(chr(97 + n % 26) + str(n) for n in range(30)),
    "ALLOWED_HOSTS": "review.example.com",
    "CSRF_TRUSTED_ORIGINS": "https://review.example.com",
    "DATABASE_URL": "postgres://fsarsite:pw@db.example.com/fsarsite",
    "TARGET_DATABASE_URL": "postgres://target:pw@db.example.com/shop",
    "FIELD_ENCRYPTION_KEYS": "A" * 43 + "=",
    "FIELD_INDEX_KEY": "i" * 44,
}


def run(*arguments: str, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """Python in an environment of its own, for settings are read once per process."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    given = {name: value for name, value in environment.items() if value is not None}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT, env=kept | given, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_check_deploy_with_production_variables_is_clean() -> None:
    done = run("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"FSARSITE_ENV": "staging"}, "FSARSITE_ENV"),
        ({"DEBUG": "perhaps"}, "DEBUG"),
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"FIELD_ENCRYPTION_KEYS": None}, "FIELD_ENCRYPTION_KEYS"),
        ({"FIELD_INDEX_KEY": None}, "FIELD_INDEX_KEY"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
        ({"FSARSITE_PROCESS": "cron"}, "FSARSITE_PROCESS"),
    ],
)
def test_settings_that_cannot_be_used_end_in_one_line_naming_the_variable(
    change: dict[str, str | None], names: str
) -> None:
    done = run("-c", "import fsarsite.settings", **(PRODUCTION | change))

    assert done.returncode == 1
    assert done.stderr.startswith("fsarsite: ")
    assert names in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {
            "fsarsite.E001": {"DEBUG": "true"},
            "fsarsite.E002": {"SECRET_KEY": "django-insecure-development-only"},
            "fsarsite.E003": {"ALLOWED_HOSTS": "*"},
            "fsarsite.E005": {"TARGET_DATABASE_URL": PRODUCTION["DATABASE_URL"]},
            "billing.E004": {"STRIPE_TEST_SECRET_KEY": "sk_test_" + "a" * 24},
            "billing.E009": {"FIELD_INDEX_KEY": "short"},
        },
        {"fsarsite.E004": {"DATABASE_URL": ""}},
    ],
)
def test_check_deploy_names_each_bad_combination(changes: dict[str, dict[str, str]], tmp_path: Path) -> None:
    changed = {name: value for change in changes.values() for name, value in change.items()}

    done = run("manage.py", "check", "--deploy", **(PRODUCTION | {"FSARSITE_DATA": str(tmp_path)} | changed))

    assert done.returncode == 1
    said = set(re.findall(r"\((\w+\.E\d+)\)", done.stderr))
    assert said >= set(changes)
    assert "Traceback" not in done.stderr
