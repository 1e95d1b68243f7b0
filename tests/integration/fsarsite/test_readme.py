"""The README's commands are true: `manage.py` ones run here, `make` ones are CI's or name a target that exists."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.fsarsite.commands import environment_here

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text()
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", README, re.DOTALL) for line in block.splitlines()]
EXPECTED_EXIT = {"gate": 1}  # the sample drops a table, and the gate says so


def test_readme_is_short_enough_to_read() -> None:
    assert len(README.splitlines()) < 150


def test_readme_names_only_make_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {command.split()[1] for command in COMMANDS if command.startswith("make ")}

    assert named
    assert named <= targets
    assert {"make check", "make test"} <= set((ROOT / ".ci" / "run").read_text().splitlines())


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("command", [each for each in COMMANDS if "manage.py" in each])
def test_readme_manage_commands_run(command: str, tmp_path: Path) -> None:
    arguments = command.split()[1:]

    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=environment_here(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == EXPECTED_EXIT.get(arguments[1], 0), done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_readme_commands_are_all_of_a_kind_that_is_tested() -> None:
    assert [each for each in COMMANDS if not each.startswith(("make ", ".venv/bin/python manage.py "))] == []
