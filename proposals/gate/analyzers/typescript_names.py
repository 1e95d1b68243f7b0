"""Names that TypeScript uses and nothing defines."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.javascript_scope import UndefinedName
from proposals.gate.languages.trees import first_error, parse_tree
from proposals.gate.languages.typescript_scope import undefined_values
from proposals.gate.subject import Subject

UNDEFINED = Rule(
    "typescript/undefined-name",
    Level.ERROR,
    Effect.UNUSABLE,
    "A name is used that nothing defines or imports",
    "Import, define or declare the name in this file.",
)
TYPE_AS_VALUE = Rule(
    "typescript/type-as-value",
    Level.ERROR,
    Effect.UNUSABLE,
    "A type is used as if it were there when the code runs",
    "Import the name without type, or use a class, a constant or an enum instead of a type.",
)
AMBIENT = Rule(
    "typescript/ambient-name",
    Level.WARNING,
    Effect.REVIEW,
    "The file uses names that only other files can declare",
    "Import the name, or declare it in this file and say what defines it.",
)
_SHOWN = 10


@register
class TypeScriptNames(FileAnalyzer):
    """Catches values that neither the file, the language, Node, Deno, a browser nor a test runner defines, and types
    used as values.

    Names in type position are left to the compiler, and files of declarations (.d.ts) hold no values. What a script
    without imports, a reference to other declarations, a framework's own imports or a library of a script tag may
    define is for a person to check.
    """

    rules = (UNDEFINED, TYPE_AS_VALUE, AMBIENT)
    languages = frozenset({Language.TYPESCRIPT, Language.TSX})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        language = subject.language or Language.TYPESCRIPT
        if subject.frame is None or first_error(parse_tree(content, language)) is not None:
            return
        for undefined in undefined_values(content, language, subject.frame.path)[:_SHOWN]:
            yield Sighting(*_said(undefined), subject.content_region(undefined.line))


def _said(undefined: UndefinedName) -> tuple[Rule, str]:
    if undefined.is_type:
        return TYPE_AS_VALUE, f"{undefined.name} is used as a value, and it is only a type"
    rule = AMBIENT if undefined.may_be_elsewhere else UNDEFINED
    return rule, f"{undefined.name} is used, and nothing defines or imports it"
