"""The envelope: what the report says about itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject

REPORTED_BLOCK = Rule(
    "envelope/reported-block",
    Level.ERROR,
    Effect.BLOCK,
    "The report asks for its own block",
    "Read what in the text triggers caution, then approve or reject; a reported block is never lifted by the gate.",
)
BLOCK_MARKER = Rule(
    "envelope/block-marker",
    Level.ERROR,
    Effect.BLOCK,
    "The proposal carries [fsar_block]",
    "Decide by hand; take the marker out and submit again if it was meant for an example.",
)
REVIEW_MARKER = Rule(
    "envelope/review-marker",
    Level.WARNING,
    Effect.REVIEW,
    "The proposal carries [fsar_review]",
    "Let a person read it; take the marker out and submit again if it was meant for an example.",
)
EMPTY = Rule(
    "envelope/empty-proposal",
    Level.ERROR,
    Effect.UNUSABLE,
    "Nothing is proposed",
    "Say what is to change: a file with its content, a plan, or an idea with a title.",
)
UNKNOWN_TYPE = Rule(
    "envelope/unknown-type",
    Level.ERROR,
    Effect.UNUSABLE,
    "The type of the proposal is not known",
    "Begin the proposal with idea_implementation:, self_improvement: or implement_idea:.",
    Raises(likelihood=3),
)
EMPTY_FIELD = Rule(
    "envelope/missing-field",
    Level.ERROR,
    Effect.UNUSABLE,
    "A field of the report is empty",
    "Fill in every one of the seven fields.",
)

_MARKER = re.compile(r"\[\s*fsar_(block|review)\s*\]", re.IGNORECASE)


@register
class Envelope(Analyzer):
    """Catches empty and untyped proposals, the report's own block, and markers.

    A marker counts wherever it stands and however it is capitalised: in prose, in code, in a quotation. A reported
    severity or "block_execution: false" is provenance and changes nothing.
    """

    rules = (REPORTED_BLOCK, BLOCK_MARKER, REVIEW_MARKER, EMPTY, UNKNOWN_TYPE, EMPTY_FIELD)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        report = subject.report
        if report.block_execution:
            yield Sighting(
                REPORTED_BLOCK,
                f"The report's own block: it was submitted with block_execution true and severity {report.severity}",
            )
        for name in ("id", "timestamp"):
            if not str(getattr(report, name)).strip():
                yield Sighting(EMPTY_FIELD, f"The field {name} is empty")
        yield from self._text(subject)
        yield from self._markers(subject, rules)

    def _text(self, subject: Subject) -> Iterable[Sighting]:
        if not subject.report.proposal.strip():
            yield Sighting(EMPTY, "The proposal has no text")
        elif subject.type is None:
            before, colon, _ = subject.report.proposal.strip().partition(":")
            word = (before.split() or [colon])[0][:40]
            yield Sighting(
                UNKNOWN_TYPE, f"The proposal begins with {word!r}, which is no type", subject.report_region(1)
            )
        elif not subject.body.strip():
            yield Sighting(EMPTY, f"The proposal says {subject.type} and nothing more", subject.report_region(1))

    def _markers(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        for number, line in enumerate(subject.report_lines, 1):
            for match in _MARKER.finditer(line):
                is_block = match[1].lower() == "block"
                rule = BLOCK_MARKER if is_block else REVIEW_MARKER
                least = rules.block_marker_severity if is_block else rules.review_marker_severity
                yield Sighting(rule, f"{match[0]} sets the severity to at least {least}", subject.report_region(number))
