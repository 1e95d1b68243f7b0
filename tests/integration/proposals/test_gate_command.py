"""manage.py gate: what it prints, writes and leaves with. It needs no database."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from proposals.reports import render_json, render_markdown
from tests.unit.proposals.gate.proposed import file_of, plan_of

CLEAN = plan_of("Write more tests.")
BROKEN = file_of("a.sql", "SELECT 1;\nSELEC 2;\n")


def one_line(text: str) -> str:
    return json.dumps(json.loads(text))


def test_gate_leaves_0_when_nothing_stops(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "clean.md"
    path.write_text(render_markdown(CLEAN), "utf-8")

    call_command("gate", str(path))

    assert "Cleared" in capsys.readouterr().out


def test_gate_leaves_1_when_something_stops_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "broken.json"
    path.write_text(render_json(BROKEN), "utf-8")

    with pytest.raises(SystemExit) as left:
        call_command("gate", str(path))

    assert left.value.code == 1
    assert "content:2" in capsys.readouterr().out


def test_gate_leaves_2_for_a_report_it_cannot_read(tmp_path: Path) -> None:
    path = tmp_path / "bad.md"
    path.write_text("# Not a report\n", "utf-8")
    errors = io.StringIO()

    with pytest.raises(SystemExit) as left:
        call_command("gate", str(path), stderr=errors)

    assert left.value.code == 2
    assert "bad.md" in errors.getvalue()


def test_gate_leaves_2_for_a_path_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as left:
        call_command("gate", str(tmp_path / "nowhere.md"), stderr=io.StringIO())

    assert left.value.code == 2


def test_gate_writes_verdicts_of_json_lines(tmp_path: Path) -> None:
    path, verdicts = tmp_path / "reports.jsonl", tmp_path / "verdicts.jsonl"
    path.write_text(f"{one_line(render_json(CLEAN))}\n{one_line(render_json(BROKEN))}\n", "utf-8")

    with pytest.raises(SystemExit):
        call_command("gate", str(path), verdicts=verdicts)

    words = [json.loads(line)["verdict"] for line in verdicts.read_text("utf-8").splitlines()]
    assert words == ["pass", "stop"]


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_gate_prints_formats_for_machines(tmp_path: Path, form: str) -> None:
    path = tmp_path / "broken.md"
    path.write_text(render_markdown(BROKEN), "utf-8")
    out = io.StringIO()

    with pytest.raises(SystemExit):
        call_command("gate", str(path), format=form, stdout=out)

    printed = json.loads(out.getvalue())
    found = printed[0]["findings"] if form == "json" else printed["runs"][0]["results"]
    assert "syntax/sql" in {item.get("rule_id") or item.get("ruleId") for item in found}


def test_gate_reads_a_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, policy = tmp_path / "clean.md", tmp_path / "policy.json"
    path.write_text(render_markdown(CLEAN), "utf-8")
    policy.write_text('{"mitigate_at": 1, "block_at": 2}', "utf-8")

    with pytest.raises(SystemExit):
        call_command("gate", str(path), policy=policy)

    assert "Blocked" in capsys.readouterr().out


def test_gate_refuses_a_bad_policy(tmp_path: Path) -> None:
    policy = tmp_path / "policy.json"
    policy.write_text('{"mitigate_at": "low"}', "utf-8")

    with pytest.raises(CommandError, match="mitigate_at") as caught:
        call_command("gate", "x.md", policy=policy)

    assert caught.value.returncode == 2
