"""Plans whose text was lost on the way."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject

LOST = Rule(
    "plan/lost-text",
    Level.ERROR,
    Effect.UNUSABLE,
    "The plan's text is a program's leftover",
    "Write the plan as sentences; the producer printed an object or nothing instead.",
)
# Quoted, it is what somebody writes about.
_LEFTOVER = re.compile(r"(?<![\"'`\u201c])\[object \w+\](?![\"'`\u201d])")
_FENCE_LINE = re.compile(r"^\s*(?:`{3,}|~{3,}).*$", re.MULTILINE)
_WORD = re.compile(r"[^\W\d_]{2,}")
_LEAST_WORDS = 3


@register
class PlanText(Analyzer):
    """Catches a plan of raw JSON, of `[object Object]`, or of fewer than three words.

    Lets through JSON inside a plan, and plans about such leftovers.
    """

    rules = (LOST,)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        if not subject.is_plan or not subject.body.strip():
            return
        text = _FENCE_LINE.sub("", subject.body).strip()
        if _is_json(text):
            yield Sighting(LOST, "The plan is raw JSON", subject.report_region(1))
        elif len(_WORD.findall(text[:2_000])) < _LEAST_WORDS:
            yield Sighting(LOST, f"The plan is {text[:60]!r}", subject.report_region(1))
        for number, line in enumerate(subject.report_lines, 1):
            if _LEFTOVER.search(line):
                yield Sighting(LOST, "The line holds [object Object]", subject.report_region(number))


def _is_json(text: str) -> bool:
    if not text.startswith(("{", "[")):
        return False
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
