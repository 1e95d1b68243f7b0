"""Code that is announced and not written."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.subject import Subject

PLACEHOLDER = Rule(
    "content/placeholder",
    Level.WARNING,
    Effect.REVIEW,
    "A comment stands where code should be",
    "Write the code that the comment announces.",
)
_COMMENT = re.compile(r"(?://|#|/\*|\*(?!/)|--|<!--)(?P<text>.*)$")
_ANNOUNCED = re.compile(
    r"^\s*\.\.\.|\.\.\.\s*(?:\*/|-->)?\s*$|\b(?:todo|fixme|tbd|pseudo-?code|placeholder)\b"
    r"|\b(?:logic|code|implementation|content|elements?|routes?|styles?|setup|configuration)\b[\w ,'()-]{0,40}"
    r"\b(?:here|goes?)\b"
    r"|\b(?:not|isn't|aren't) (?:shown|included|implemented|provided|detailed|yet implemented)\b|\bomitted\b"
    r"|\b(?:to be|should be|must be|would be|need to be|will be) (?:implemented|replaced|filled in)\b"
    r"|\b(?:your|actual|rest of|other|more|additional|remaining) [\w -]{0,40}\b"
    r"(?:here|implementation|code|logic|routes|imports?|fields|operations)\b"
    r"|\b(?:fictional|hypothetical|implement (?:this|your|the|here))\b|\bexist(?:s)? elsewhere\b",
    re.IGNORECASE,
)
_WITHOUT = {Language.MARKDOWN, Language.JSON}
_SHOWN = 5


@register
class Placeholders(FileAnalyzer):
    """Catches comments that announce what the file leaves out, for a person to weigh.

    Lets comments through that say what the code beside them does.
    """

    rules = (PLACEHOLDER,)

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        if subject.language is None or subject.language in _WITHOUT:
            return
        seen = 0
        for number, line in enumerate(subject.content_lines, 1):
            match = _COMMENT.search(line[:2_000])
            if match and _ANNOUNCED.search(match["text"]):
                shown = match["text"].strip()[:60]
                yield Sighting(PLACEHOLDER, f"The comment announces code: {shown!r}", subject.content_region(number))
                seen += 1
            if seen == _SHOWN:
                return
