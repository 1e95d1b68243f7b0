"""HTML that a browser would rearrange."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.html import is_template, read_html
from proposals.gate.languages.identity import Language
from proposals.gate.languages.javascript import refusal_of
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/html",
    Level.ERROR,
    Effect.UNUSABLE,
    "A browser would move or drop part of the page",
    "Begin with <!DOCTYPE html> or an element, and put all text inside the body.",
)
SCRIPT = Rule(
    "syntax/html-script",
    Level.ERROR,
    Effect.UNUSABLE,
    "A script in the page does not compile",
    "Correct the script.",
)
CUT = Rule(
    "syntax/html-cut",
    Level.ERROR,
    Effect.UNUSABLE,
    "The end of the page is missing",
    "Close what is opened, or send the rest of the page.",
)
_SHOWN = 5


@register
class HtmlSyntax(FileAnalyzer):
    """Catches text before the page, after the body or loose in a table, tags that never end, and broken scripts.

    Lets fragments through, pages that leave out </html> alone, unknown elements, and the many errors that browsers
    repair without a loss. Scripts and ends of templates are left to whoever fills them in.
    """

    rules = (SYNTAX, SCRIPT, CUT)
    languages = frozenset({Language.HTML})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        page = read_html(content)
        for error in page.errors[:_SHOWN]:
            yield Sighting(SYNTAX, f"HTML: {error.message}", subject.content_region(error.line))
        if is_template(content):
            return
        lower = content.lower()
        if ("<html" in lower or "<body" in lower) and "</html" not in lower and "</body" not in lower:
            last = len(subject.content_lines)
            yield Sighting(CUT, "HTML: the page is opened and never closed", subject.content_region(last))
        for script in page.scripts:
            refusal = refusal_of(script) if script.strip() and not script.lstrip().startswith("{") else None
            if refusal:
                before = content.find(script)
                line = content.count("\n", 0, max(before, 0)) + refusal.line
                yield Sighting(SCRIPT, f"JavaScript in the page: {refusal.reason}", subject.content_region(line))
