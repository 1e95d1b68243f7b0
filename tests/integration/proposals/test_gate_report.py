"""manage.py gate_report: counts by reason beside the baselines, and writes only figures."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from proposals.reports import render_json
from tests.factories import create_report, file_proposal

CASES = [
    ("fsar_broken", file_proposal("a.sql", "SELEC 1;\n"), "stop", ["parse_fail"]),
    ("fsar_open", file_proposal("b.sql", "BEGIN;\nCREATE TABLE b (id int);\n"), "stop", ["open_transaction"]),
    ("fsar_words", file_proposal("c.md", "# Bread\n\nWithout data loss.\n"), "pass", []),
    ("fsar_clean", file_proposal("d.md", "# Bread\n\nFresh at six.\n"), "pass", []),
]


@pytest.fixture
def labelled(tmp_path: Path) -> dict[str, Path]:
    files = {"reports": tmp_path / "reports.jsonl", "labels": tmp_path / "labels.jsonl"}
    reports = [json.loads(render_json(create_report(id=name, proposal=text))) for name, text, _, _ in CASES]
    labels = [{"id": name, "target": target, "stop_reasons": reasons} for name, _, target, reasons in CASES]
    for file, rows in zip(files.values(), (reports, labels), strict=True):
        file.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return files


def test_gate_report_counts_by_reason(labelled: dict[str, Path]) -> None:
    out = io.StringIO()

    call_command("gate_report", **labelled, stdout=out)

    printed = out.getvalue()
    assert "| parse_fail | 1 | 1 | 0 | 1 |" in printed
    assert "| open_transaction | 1 | 0 | 0 | 1 |" in printed
    assert "| **stopped of those to stop** | 2 | 1 (50.0%) | 0 (0.0%) | 2 (100.0%) |" in printed
    assert "| false stops of those to pass | 2 | 0 (0.0%) | 1 (50.0%) | 0 (0.0%) |" in printed


def test_gate_report_writes_between_its_marks(labelled: dict[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "gate.md"
    file.write_text("before\n<!-- figures: begin -->\nold\n<!-- figures: end -->\nafter\n", "utf-8")

    call_command("gate_report", **labelled, write=file, stdout=io.StringIO())

    text = file.read_text("utf-8")
    assert text.startswith("before\n<!-- figures: begin -->\n| stop reason |")
    assert text.endswith("<!-- figures: end -->\nafter\n")
    assert "old" not in text


def test_gate_report_refuses_a_file_without_marks(labelled: dict[str, Path], tmp_path: Path) -> None:
    file = tmp_path / "gate.md"
    file.write_text("before\n", "utf-8")

    with pytest.raises(CommandError, match="needs the lines"):
        call_command("gate_report", **labelled, write=file, stdout=io.StringIO())


def test_gate_report_names_a_missing_file(labelled: dict[str, Path], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.jsonl"):
        call_command("gate_report", reports=tmp_path / "nowhere.jsonl", labels=labelled["labels"])
