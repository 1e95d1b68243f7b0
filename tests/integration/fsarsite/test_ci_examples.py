"""The CI examples, run word for word: what a runner's shell would do in a checkout, against a live server."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from pytest_django.live_server_helper import LiveServer

from proposals.models import Proposal
from proposals.reports import Report, render_markdown
from tests.factories import create_report, create_user
from tests.factories.clients import key_of
from tests.integration.fsarsite.client_runs import CLIENT, environment

EXAMPLES = Path(__file__).resolve().parents[3] / "docs" / "ci"
GITHUB: dict[Any, Any] = yaml.safe_load((EXAMPLES / "github-actions.yml").read_text())
GITLAB: dict[str, Any] = yaml.safe_load((EXAMPLES / "gitlab-ci.yml").read_text())
STEPS: list[dict[str, Any]] = GITHUB["jobs"]["fsar"]["steps"]
SCRIPTS = {
    "github": [step["run"] for step in STEPS if "run" in step],
    "gitlab": GITLAB["fsar"]["script"],
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("example", SCRIPTS)
@pytest.mark.parametrize(("is_blocked", "code"), [(False, 0), (True, 1)])
def test_example_leaves_the_exit_code_and_a_log(
    live_server: LiveServer, tmp_path: Path, example: str, is_blocked: bool, code: int
) -> None:
    one, two = create_report(), create_report(block_execution=is_blocked)
    checkout = _checkout(tmp_path, one, two)
    surroundings = environment(live_server.url, key_of(create_user(kind="service")))

    done = subprocess.run(  # as both runners start it
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", "\n".join(SCRIPTS[example])],
        cwd=checkout,
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    log = json.loads((checkout / "fsar.sarif").read_text())
    assert (done.returncode, len(log["runs"])) == (code, 1), done.stderr
    rules = {result["ruleId"] for result in log["runs"][0]["results"]}
    assert ("envelope/reported-block" in rules) is is_blocked
    assert {each["reportId"] for each in log["runs"][0]["properties"]["reports"]} == {one.id, two.id}
    assert Proposal.objects.count() == 2


def _checkout(folder: Path, *reports: Report) -> Path:
    (folder / "bin").mkdir()
    (folder / "reports").mkdir()
    shutil.copy(CLIENT, folder / "bin" / "fsar")
    for report in reports:
        (folder / "reports" / f"{report.id}.md").write_bytes(render_markdown(report).encode())
    return folder


def test_github_example_has_the_shape_of_a_workflow() -> None:
    job = GITHUB["jobs"]["fsar"]

    assert set(GITHUB) == {"name", True, "permissions", "jobs"}  # YAML 1.1 takes `on` for true; GitHub does not
    assert GITHUB["permissions"] == {"contents": "read", "actions": "read", "security-events": "write"}
    assert set(job) == {"runs-on", "timeout-minutes", "steps"}
    assert all(set(step) <= {"name", "if", "uses", "with", "env", "run"} for step in STEPS)
    assert all(("uses" in step) != ("run" in step) for step in STEPS)
    assert [step["with"]["sarif_file"] for step in STEPS if "upload-sarif" in step.get("uses", "")] == ["fsar.sarif"]
    assert "secrets.FSAR_TOKEN" in STEPS[1]["env"]["FSAR_TOKEN"]


def test_gitlab_example_has_the_shape_of_a_pipeline() -> None:
    job = GITLAB["fsar"]

    assert set(GITLAB) == {"fsar"}
    assert set(job) == {"image", "rules", "script", "artifacts"}
    assert all(isinstance(line, str) for line in job["script"])
    assert job["artifacts"] == {"when": "always", "paths": ["fsar.sarif"]}
    assert all(set(rule) <= {"if", "changes"} for rule in job["rules"])
