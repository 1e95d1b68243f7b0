"""docs/agents.md is true: each report on it ends as it says, and its commands run."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from pytest_django.live_server_helper import LiveServer

from proposals.gate import DEFAULT, assess
from proposals.reports import parse_markdown
from tests.factories import create_user
from tests.factories.clients import key_of
from tests.integration.fsarsite.client_runs import CLIENT, environment

GUIDE = (CLIENT.parents[1] / "docs" / "agents.md").read_text()
REPORTS = re.findall(r"<!-- outcome: (\w+) ?(\S*) -->\n(`{3,})markdown\n(.*?)\n\3\n", GUIDE, re.DOTALL)
EXPECTED_EXIT = {"submit": 1, "findings": 0, "wait": 4, "questions": 0, "withdraw": 0}


def test_every_report_of_the_guide_says_what_becomes_of_it() -> None:
    assert len(REPORTS) == GUIDE.count("# FSAR Proposal Report") == 4


@pytest.mark.parametrize(("outcome", "rule", "text"), [(each[0], each[1], each[3]) for each in REPORTS])
def test_report_ends_as_the_guide_says(outcome: str, rule: str, text: str) -> None:
    verdict = assess(parse_markdown(text), DEFAULT)

    assert verdict.outcome.value == outcome, verdict.findings
    assert not rule or rule in {finding.rule_id for finding in verdict.findings}


@pytest.mark.django_db(transaction=True)
def test_commands_of_the_guide_run(live_server: LiveServer, tmp_path: Path) -> None:
    blocked = next(text for outcome, _rule, _fence, text in REPORTS if outcome == "blocked")
    (tmp_path / "report.md").write_text(blocked)
    (tmp_path / "bin").symlink_to(CLIENT.parent)
    surroundings = environment(live_server.url, key_of(create_user(kind="model")))
    commands = [line for block in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL) for line in block.splitlines()]

    exits = {}
    for command in commands:
        done = subprocess.run(
            ["bash", "-c", command], cwd=tmp_path, env=surroundings, capture_output=True, check=False, timeout=120
        )
        exits[command.split()[1]] = done.returncode

    assert exits == EXPECTED_EXIT


def test_exit_codes_are_those_of_the_help() -> None:
    table = re.findall(r"^\| (\d) \|", GUIDE, re.MULTILINE)

    assert table == [str(code) for code in range(6)]
