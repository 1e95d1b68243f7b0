"""Files that parse and do nothing."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.emptiness import reason_it_does_nothing
from proposals.gate.languages.identity import Language
from proposals.gate.languages.javascript_emptiness import reason_exports_are_hollow
from proposals.gate.subject import Subject

NOTHING = Rule(
    "content/does-nothing",
    Level.ERROR,
    Effect.UNUSABLE,
    "The file does nothing",
    "Write the code that the comments announce, or leave the file out.",
)
HOLLOW = Rule(
    "content/hollow-export",
    Level.WARNING,
    Effect.REVIEW,
    "What the module exports has no body",
    "Write the body, or say why nothing belongs there.",
)
_SCRIPTS = {Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX}
# Files whose being there is their effect.
_MARKERS = frozenset({"__init__.py", ".gitkeep", ".keep", "py.typed", ".nojekyll"})


@register
class Emptiness(FileAnalyzer):
    """Catches files of comments, imports and empty functions only. Empty functions that a module exports are for a
    person to see. Lets the smallest statement, rule or key through, and marker files such as __init__.py.
    """

    rules = (NOTHING, HOLLOW)

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        if subject.frame is None or PurePosixPath(subject.frame.path).name in _MARKERS:
            return
        reason = reason_it_does_nothing(content, subject.language)
        region = subject.content_region(1, len(subject.content_lines))
        if reason:
            yield Sighting(NOTHING, reason, region)
        elif subject.language in _SCRIPTS and (hollow := reason_exports_are_hollow(content, subject.language)):
            yield Sighting(HOLLOW, hollow, region)
