from __future__ import annotations

import os
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


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env=kept | environment, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


def test_check_deploy_with_production_variables_is_clean() -> None:
    done = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

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
    environment = {name: value for name, value in (PRODUCTION | change).items() if value is not None}

    done = manage("check", **environment)

    assert done.returncode == 1
    assert done.stderr.startswith("fsarsite: ")
    assert names in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("change", "identifier"),
    [
        ({"DEBUG": "true"}, "fsarsite.E001"),
        ({"SECRET_KEY": "django-insecure-development-only"}, "fsarsite.E002"),
        ({"ALLOWED_HOSTS": "*"}, "fsarsite.E003"),
        ({"DATABASE_URL": ""}, "fsarsite.E004"),
        ({"TARGET_DATABASE_URL": PRODUCTION["DATABASE_URL"]}, "fsarsite.E005"),
        ({"REHEARSAL_DATABASE_URL": "no address"}, "fsarsite.E006"),
        ({"REHEARSAL_DATABASE_URL": PRODUCTION["DATABASE_URL"]}, "fsarsite.E007"),
        ({"STRIPE_TEST_SECRET_KEY": "sk_test_" + "a" * 24}, "billing.E004"),
        ({"FIELD_INDEX_KEY": "short"}, "billing.E009"),
    ],
)
def test_check_deploy_refuses_bad_combinations(change: dict[str, str], identifier: str, tmp_path: Path) -> None:
    done = manage(
        "check", "--deploy",
        **(PRODUCTION | {"FSARSITE_DATA": str(tmp_path)} | change),
    )  # fmt: skip

    assert done.returncode == 1
    assert identifier in done.stderr
