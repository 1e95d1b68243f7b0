"""A report without the secrets in it: what is judged, stored and shown."""

from __future__ import annotations

from dataclasses import replace

from proposals.gate.languages.redaction import find_marks, redacted
from proposals.reports import Report


def redact_report(report: Report) -> Report:
    """The report with every secret masked; the very same object when there is none. Idempotent."""
    proposal = redacted(report.proposal)
    risks = tuple(redacted(risk) for risk in report.risks)
    mitigations = tuple(redacted(mitigation) for mitigation in report.mitigations)
    if (proposal, risks, mitigations) == (report.proposal, report.risks, report.mitigations):
        return report
    return replace(report, proposal=proposal, risks=risks, mitigations=mitigations)


def redacted_kinds(report: Report) -> tuple[str, ...]:
    """What the masked secrets of a report were, each kind once, in order."""
    texts = (report.proposal, *report.risks, *report.mitigations)
    return tuple(dict.fromkeys(mark.kind for text in texts for mark in find_marks(text)))
