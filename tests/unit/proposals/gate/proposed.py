"""Reports for the gate's tests, and what the gate says of them."""

from __future__ import annotations

from proposals.gate import DEFAULT, Rules, Verdict, assess
from proposals.reports import Report


def report_of(proposal: str, *, block_execution: bool = False, severity: int = 6) -> Report:
    return Report(
        id="fsar_00000000-0000-4000-8000-000000000001",
        timestamp="2026-01-05T10:00:00.000Z",
        severity=severity,
        block_execution=block_execution,
        proposal=proposal,
        risks=("A risk",),
        mitigations=("A mitigation",),
    )


def plan_of(text: str) -> Report:
    return report_of(f"self_improvement: {text}")


def file_of(path: str, content: str) -> Report:
    return report_of(
        f"idea_implementation: Create or update the file {path} with this complete content:\n\n{content}\n\n"
        "This is for opportunity: Bookkeeping for Bakers\n"
        "Make sure the file is complete, working, and production-ready."
    )


def verdict_of(report: Report, rules: Rules = DEFAULT) -> Verdict:
    return assess(report, rules)


def rule_lines(report: Report, rules: Rules = DEFAULT) -> set[tuple[str, int]]:
    """(rule id, first line) of every finding; 0 for a finding without a place."""
    return {
        (finding.rule_id, finding.region.start_line if finding.region else 0)
        for finding in assess(report, rules).findings
    }


def rule_ids(report: Report, rules: Rules = DEFAULT) -> set[str]:
    return {rule for rule, _line in rule_lines(report, rules)}
