"""Examples for the schema; tests check that they are what the API takes and gives."""

from __future__ import annotations

from typing import Any

from proposals.reports import Report, content_hash, render_markdown, report_hash

_REPORT = Report(
    id="fsar_0001",
    timestamp="2026-03-01T08:00:00.000Z",
    severity=18,
    block_execution=True,
    proposal="self_improvement: Keep a journal of every deployment.\n\n- **Journal**: who deployed what, and when.",
    risks=("The journal is forgotten.",),
    mitigations=("A reminder in the deployment script.",),
)
REPORT = _REPORT.values()
MARKDOWN = render_markdown(_REPORT)

_HOST = "https://fsarsite.example/api/v1/proposals/fsar_0001/"
_HEADLINE = "Blocked because the report itself asks to be stopped."

ROW: dict[str, Any] = {
    "id": "fsar_0001",
    "url": _HOST,
    "type": "self_improvement",
    "title": "Keep a journal of every deployment.",
    "path": "",
    "opportunity": None,
    "group": {"id": 1, "kind": "effect", "title": "add column execution_tasks.ai_model", "voices": 70},
    "status": "blocked",
    "status_changed_at": "2026-03-01T08:00:01.250000Z",
    "band": "block",
    "severity": 4,
    "headline": _HEADLINE,
    "reported_at": "2026-03-01T08:00:00Z",
    "reported_severity": 18,
    "reported_block": True,
    "report_hash": report_hash(_REPORT),
    "content_hash": content_hash(_REPORT),
    "duplicate_of": None,
    "submitted_by": "planner-model",
    "submitted_at": "2026-03-01T08:00:01.200000Z",
    "source": "api",
    "claimed_by": None,
    "claimed_at": None,
    "due_at": "2026-03-02T08:00:01.250000Z",
    "expires_at": "2026-03-15T08:00:01.250000Z",
}
FINDING: dict[str, Any] = {
    "id": 11,
    "rule_id": "envelope/reported-block",
    "level": "error",
    "effect": "block",
    "message": "The report asks to be stopped.",
    "remedy": "A person must decide.",
    "artifact": "",
    "start_line": None,
    "end_line": None,
    "is_waived": False,
    "fingerprint": "0f5f6c2d9a0f4c1e8f4be1c6a1f0f1b2c3d4e5f60718293a4b5c6d7e8f901234",
}
ASSESSMENT: dict[str, Any] = {
    "id": 1,
    "content_hash": ROW["content_hash"],
    "outcome": "blocked",
    "band": "block",
    "severity": 4,
    "likelihood": 2,
    "damage": 2,
    "reversibility": 1,
    "evidence": {
        "likelihood": "A plan in words.",
        "damage": "What a plan asks for is done by people, action by action.",
        "reversibility": "Words are undone at no loss.",
    },
    "decided_by": "The report's own block decided.",
    "headline": _HEADLINE,
    "effect": "A plan; nothing changes until its items are gated.",
    "worst_case": "Work is done that nobody needed.",
    "way_back": "Nothing to undo.",
    "distance": {},
    "retrospective": {
        "early_warning_signals": [
            {"text": "Deployments without an entry, by week.", "weight": 3, "artifact": "report", "line": 3}
        ]
    },
    "truth": {
        "unknowns": [{"text": "Keep a journal where possible.", "artifact": "report", "line": 1}],
    },
    "policy": 1,
    "gate_version": "1",
    "created_at": "2026-03-01T08:00:01.240000Z",
    "findings": [FINDING],
}
DETAIL: dict[str, Any] = ROW | {
    "approvals_missing": 1,
    "assessment": ASSESSMENT,
    "decisions": [],
    "links": {
        "report_md": f"{_HOST}report.md",
        "report_json": f"{_HOST}report.json",
        "sarif": f"{_HOST}sarif",
        "events": f"{_HOST}events/",
        "decision": f"{_HOST}decision/",
        "withdraw": f"{_HOST}withdraw/",
        "reopen": f"{_HOST}reopen/",
        "claim": f"{_HOST}claim/",
        "waivers": f"{_HOST}waivers/",
    },
}
DECISION: dict[str, Any] = {
    "id": 1,
    "kind": "approve",
    "by": "operator",
    "note": "The down migration was tried on a copy; go ahead.",
    "content_hash": ROW["content_hash"],
    "assessment": 1,
    "created_at": "2026-03-01T09:00:00Z",
}
WAIVER: dict[str, Any] = {
    "id": 1,
    "rule_id": "danger/process",
    "fingerprint": "5d3c1a9e7b0f4c1e8f4be1c6a1f0f1b2c3d4e5f60718293a4b5c6d7e8f901234",
    "by": "lead",
    "reason": "It lists a folder and nothing else.",
    "ends_at": "2026-03-31T22:00:00Z",
    "created_at": "2026-03-01T09:30:00Z",
    "ended_at": None,
    "ended_by": None,
}
QUESTION: dict[str, Any] = {
    "id": 1,
    "text": "Which dashboard reads this column?",
    "asked_by": "operator",
    "asked_at": "2026-03-01T09:30:00Z",
    "answer": "",
    "answered_by": None,
    "answered_at": None,
}
SARIF_LOG: dict[str, Any] = {
    "version": "2.1.0",
    "runs": [
        {
            "tool": {"driver": {"name": "fsarsite-gate", "version": "1"}},
            "results": [
                {"ruleId": FINDING["rule_id"], "level": "error", "message": {"text": FINDING["message"]}},
            ],
        }
    ],
}
