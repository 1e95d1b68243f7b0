"""The five-minute guide, word for word but for the server's address, against a running server."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from proposals.models import Proposal
from proposals.states import Status
from tests.factories import create_user
from tests.integration.fsarsite.commands import environment_here

ROOT = Path(__file__).resolve().parents[3]
BLOCKS = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "api.md").read_text(), re.DOTALL)
ADDRESS = "http://127.0.0.1:8000"
# Each answer on a line of its own, and a refusal ends the script.
PREAMBLE = 'set -euo pipefail\ncurl() { command curl --fail-with-body "$@"; echo; }\n'


@pytest.mark.django_db(transaction=True)
def test_guide_runs_from_the_key_to_the_money(live_server: LiveServer, tmp_path: Path) -> None:
    create_user("lead", groups=["Leads"])
    create_user("operator")
    (tmp_path / ".venv").symlink_to(ROOT / ".venv")
    (tmp_path / "manage.py").symlink_to(ROOT / "manage.py")

    done = subprocess.run(
        ["bash", "-c", PREAMBLE + "".join(BLOCKS).replace(ADDRESS, live_server.url)],
        cwd=tmp_path,
        env=environment_here(tmp_path / "data"),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    answers = _objects(done.stdout)
    assert [each["outcome"] for each in answers if "outcome" in each] == ["created"]
    assert [each["proposal"]["status"] for each in answers if "decision" in each] == [Status.APPROVED]
    assert [each["is_halted"] for each in answers if "is_halted" in each] == [False]
    assert not re.search(r"fsk_\w{8}_", done.stdout)
    assert Proposal.objects.get().tasks.exists()


def test_guide_speaks_of_one_server() -> None:
    assert "".join(BLOCKS).count(ADDRESS) == 1


def _objects(told: str) -> list[dict[str, Any]]:
    starts = [found.start() for found in re.finditer(r"^\{", told, re.MULTILINE)]
    return [json.JSONDecoder().raw_decode(told, start)[0] for start in starts]
