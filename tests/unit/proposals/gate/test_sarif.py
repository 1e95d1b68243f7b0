from __future__ import annotations

import json

from proposals.gate.sarif import to_sarif

from .proposed import file_of, plan_of, verdict_of


def test_to_sarif_of_a_file_with_findings() -> None:
    report = file_of("db/a b.sql", "SELECT 1;\nCREATE TABEL x (id int);\n")

    log = json.loads(json.dumps(to_sarif(verdict_of(report), report)))

    run = log["runs"][0]
    result = next(result for result in run["results"] if result["ruleId"] == "syntax/sql")
    location = result["locations"][0]["physicalLocation"]
    assert log["version"] == "2.1.0"
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "syntax/sql"
    assert result["level"] == "error"
    assert location == {"artifactLocation": {"uri": "db/a%20b.sql"}, "region": {"startLine": 2, "endLine": 2}}
    assert run["properties"]["outcome"] == "returned"


def test_to_sarif_without_findings_has_an_empty_list() -> None:
    report = plan_of("Write more tests.")

    log = to_sarif(verdict_of(report), report)

    assert log["runs"][0]["results"] == []
    assert log["runs"][0]["tool"]["driver"]["rules"] == []


def test_to_sarif_indexes_every_result() -> None:
    report = plan_of("Back up the live database.\n[fsar_block]\n```sql\nDROP TABLE loaves;\n```")

    run = to_sarif(verdict_of(report), report)["runs"][0]

    ids = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    assert [ids[result["ruleIndex"]] for result in run["results"]] == [result["ruleId"] for result in run["results"]]
