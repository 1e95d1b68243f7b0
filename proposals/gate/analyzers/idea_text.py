"""Ideas whose text was lost on the way."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject

LOST = Rule(
    "idea/lost-text",
    Level.ERROR,
    Effect.UNUSABLE,
    "The idea's text is a program's leftover",
    "Write the idea's title and description as text; the producer printed an object instead.",
)
FRAGMENT = Rule(
    "idea/fragment",
    Level.ERROR,
    Effect.UNUSABLE,
    "The idea's title is a fragment",
    "Write a title that says what to build.",
)
_TITLE = re.compile(r"^\s*(?:implement|idea|title)\s*:\s*", re.IGNORECASE)
_LEFTOVER = re.compile(r"\[object \w+\]|^(?:undefined|null|nan|none|true|false)$", re.IGNORECASE)
_JSON_KEY = re.compile(r"^\"[\w -]{1,60}\"\s*:")
_STRAY = re.compile(r"^(?:\*{1,3}(?!\S)|\*{2}(?![^*]+\*{2})|#+\s|[-*+•>|]\s|[)\]},.;:!?/\\]|\d+[.)]\s|`{1,3}|</?\w)")


@register
class IdeaText(Analyzer):
    """Catches `[object Object]`, raw JSON and stray pieces of Markdown where an idea's title should be.

    Lets short titles through, names of products, and JSON further down in the text.
    """

    rules = (LOST, FRAGMENT)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        if not subject.is_idea or not subject.body.strip():
            return
        first = subject.body.strip().split("\n", 1)[0]
        title = _TITLE.sub("", first).strip()
        region = subject.report_region(1)
        if _LEFTOVER.search(title):
            yield Sighting(LOST, f"The title is {title[:60]!r}", region)
        elif title.startswith(("{", "[")) or _JSON_KEY.match(title):
            yield Sighting(LOST, "The title is raw JSON", region)
        elif _STRAY.match(title) or sum(char.isalpha() for char in title) < 2:
            yield Sighting(FRAGMENT, f"The title is the fragment {title[:60]!r}", region)
        for number, line in enumerate(subject.report_lines[1:], 2):
            if "[object Object]" in line:
                yield Sighting(LOST, "The line holds [object Object]", subject.report_region(number))
