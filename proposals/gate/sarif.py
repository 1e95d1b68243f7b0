"""A verdict as SARIF 2.1.0."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from proposals.gate.analyzer import catalogue
from proposals.gate.findings import CONTENT, Finding, Region, Rule
from proposals.gate.rule_pages import rule_pages
from proposals.gate.verdict import Verdict
from proposals.gate.waiving import CRASHED, EXCEEDED
from proposals.reports import Report, parse_file_frame

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def to_sarif(verdict: Verdict, report: Report, rules_at: str = "") -> dict[str, Any]:
    """A SARIF 2.1.0 log of one run, JSON types only. `rules_at` is the absolute URL below which rules have pages."""
    return to_sarif_log([(verdict, report)], rules_at)


def to_sarif_log(assessed: list[tuple[Verdict, Report]], rules_at: str = "") -> dict[str, Any]:
    """One log with one run per assessed report."""
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [_run(verdict, report, rules_at) for verdict, report in assessed],
    }


def _run(verdict: Verdict, report: Report, rules_at: str) -> dict[str, Any]:
    seen = {finding.rule_id for finding in verdict.findings}
    rules = [rule for rule in (*catalogue(), CRASHED, EXCEEDED) if rule.id in seen]
    index = {rule.id: number for number, rule in enumerate(rules)}
    return {
        "tool": {
            "driver": {
                "name": "fsarsite-gate",
                "version": verdict.gate_version,
                "rules": [_descriptor(rule, rules_at) for rule in rules],
            },
        },
        "results": [_result(finding, report, index) for finding in verdict.findings],
        "columnKind": "unicodeCodePoints",
        "properties": {
            "reportId": report.id,
            "outcome": verdict.outcome.value,
            "band": verdict.band.value,
            "severity": verdict.severity,
            "decidedBy": verdict.decided_by,
            "headline": verdict.headline,
            "distance": verdict.distance.as_dict() if verdict.distance else None,
            "retrospective": verdict.retrospective.as_dict(),
            "truth": verdict.truth.as_dict(),
        },
    }


def _descriptor(rule: Rule, rules_at: str) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "help": {"text": rule.what_to_do, "markdown": rule_pages()[rule.id].prose},
        **({"helpUri": f"{rules_at}{rule.id}/"} if rules_at else {}),
        "defaultConfiguration": {"level": rule.level.value},
        "properties": {"effect": rule.effect.value},
    }


def _result(finding: Finding, report: Report, index: dict[str, int]) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule_id,
        "level": finding.level.value,
        "message": {"text": f"{finding.message} {finding.remedy}".strip()},
        "partialFingerprints": {"fsarsiteGate/v1": finding.fingerprint},
        "properties": {"effect": finding.effect.value},
    }
    if finding.rule_id in index:
        result["ruleIndex"] = index[finding.rule_id]
    if finding.is_waived:
        result["suppressions"] = [{"kind": "external", "status": "accepted"}]
    if finding.region:
        result["locations"] = [_location(finding.region, report)]
    return result


def _location(region: Region, report: Report) -> dict[str, Any]:
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(region.artifact, report)},
            "region": {"startLine": region.start_line, "endLine": region.end_line},
        },
    }


def _uri(artifact: str, report: Report) -> str:
    """A relative reference, percent-encoded: the path is the producer's and may hold anything."""
    frame = parse_file_frame(report.proposal)
    if artifact == CONTENT and frame is not None:
        path = frame.path.replace("\\", "/").lstrip("/")
        return quote(path.encode("utf-8", "replace"), safe="/")
    return quote(f"reports/{report.id}.md".encode("utf-8", "replace"), safe="/")
