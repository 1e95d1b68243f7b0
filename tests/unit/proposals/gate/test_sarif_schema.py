"""The log against the schema that OASIS publishes (errata 01)."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from proposals.gate.sarif import to_sarif
from proposals.reports import Report

from .proposed import file_of, plan_of, report_of, verdict_of

SCHEMA = json.loads((Path(__file__).parent / "published" / "sarif-schema-2.1.0.json").read_text("utf-8"))


@pytest.mark.parametrize(
    "report",
    [
        plan_of("Write more tests."),
        plan_of("Back up the live database.\n[fsar_block]\n```sql\nDROP TABLE loaves;\n```"),
        file_of("a b/ä.sql", "SELEC 1;\n"),
        file_of("/../.git/\x00", "\ud800"),
        report_of(""),
    ],
)
def test_to_sarif_is_valid(report: Report) -> None:
    log = to_sarif(verdict_of(report), report)

    jsonschema.validate(json.loads(json.dumps(log)), SCHEMA, cls=jsonschema.Draft4Validator)
