"""Names that JavaScript uses and nothing defines."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.javascript import refusal_of
from proposals.gate.languages.javascript_scope import undefined_names
from proposals.gate.subject import Subject

UNDEFINED = Rule(
    "javascript/undefined-name",
    Level.ERROR,
    Effect.UNUSABLE,
    "A name is used that nothing defines or imports",
    "Import or define the name in this file.",
)
OTHER_SCRIPT = Rule(
    "javascript/name-of-another-script",
    Level.WARNING,
    Effect.REVIEW,
    "A script of a page uses names of other scripts",
    "Say which script of the page defines the name, or import it.",
)
_SHOWN = 10


@register
class JavaScriptNames(FileAnalyzer):
    """Catches names that neither the file, the language, Node, a browser nor a test runner defines.

    Names inside functions count: they fail when called. A script that imports nothing and works on a page may lean
    on the page's other scripts: that is for a person to check. Lets through well-known libraries of script tags,
    names that typeof asks for, and globals that a sloppy script assigns.
    """

    rules = (UNDEFINED, OTHER_SCRIPT)
    languages = frozenset({Language.JAVASCRIPT})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        if subject.frame is None or refusal_of(content) is not None:
            return
        for undefined in undefined_names(content, subject.frame.path)[:_SHOWN]:
            message = f"{undefined.name} is used, and nothing defines or imports it"
            rule = OTHER_SCRIPT if undefined.may_be_elsewhere else UNDEFINED
            yield Sighting(rule, message, subject.content_region(undefined.line))
