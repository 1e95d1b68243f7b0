"""Files too large to be judged."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject, is_too_large

TOO_LARGE = Rule(
    "content/too-large",
    Level.ERROR,
    Effect.UNUSABLE,
    "The text is too large to be judged",
    "Split the change into files that a person could read.",
    Raises(likelihood=3),
)
LONG_LINE = Rule(
    "content/long-line",
    Level.WARNING,
    Effect.REVIEW,
    "A line is too long to be read",
    "Break the line, or say where the generated data comes from.",
)
_LINE_LIMIT = 20_000


@register
class ContentSize(Analyzer):
    """Returns what exceeds the policy's max_content_bytes, unread. Lets long files of short lines through below it."""

    rules = (TOO_LARGE, LONG_LINE)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        if is_too_large(subject.report.proposal, rules):
            size = len(subject.report.proposal.encode("utf-8", "replace"))
            yield Sighting(TOO_LARGE, f"The proposal has {size} bytes; {rules.max_content_bytes} are read")
            return
        for number, line in enumerate(subject.content_lines, 1):
            if len(line) > _LINE_LIMIT:
                yield Sighting(LONG_LINE, f"The line has {len(line)} characters", subject.content_region(number))
