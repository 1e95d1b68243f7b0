"""Names that the scripts inside pages and Vue components use and nothing defines."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.embedded_scripts import undefined_on_page, vue_script
from proposals.gate.languages.identity import Language
from proposals.gate.languages.javascript_globals import is_vue_macro
from proposals.gate.languages.javascript_scope import UndefinedName
from proposals.gate.languages.trees import first_error, parse_tree
from proposals.gate.languages.typescript_scope import undefined_values
from proposals.gate.subject import Subject

UNDEFINED = Rule(
    "script/undefined-name",
    Level.ERROR,
    Effect.UNUSABLE,
    "A script in the file uses a name that nothing defines",
    "Import or define the name in the file, or load the script that defines it.",
)
ELSEWHERE = Rule(
    "script/name-from-elsewhere",
    Level.WARNING,
    Effect.REVIEW,
    "A script in the file uses names that only something else can define",
    "Say which loaded script or which framework defines the name.",
)
_SHOWN = 10


@register
class EmbeddedNames(FileAnalyzer):
    """Catches names in the scripts of HTML pages and Vue components that nothing in the file, a browser or a
    well-known library defines.

    The scripts of a page share their names, and an element's id is a name as well. A page that loads scripts, and a
    component that leans on a framework's own imports, are for a person to check. Lets through templates of pages,
    Vue's compiler macros, scripts that do not parse, and what stands in attributes and in a component's template.
    """

    rules = (UNDEFINED, ELSEWHERE)
    languages = frozenset({Language.VUE, Language.HTML})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        path = subject.frame.path if subject.frame else ""
        found = undefined_on_page(content) if subject.language is Language.HTML else _in_component(content, path)
        for undefined in found[:_SHOWN]:
            rule = ELSEWHERE if undefined.may_be_elsewhere and not undefined.is_type else UNDEFINED
            said = "is only a type" if undefined.is_type else "nothing defines or imports it"
            message = f"{undefined.name} is used in a script, and {said}"
            yield Sighting(rule, message, subject.content_region(undefined.line))


def _in_component(content: str, path: str) -> tuple[UndefinedName, ...]:
    script = vue_script(content)
    if script is None or first_error(parse_tree(script.text, script.language)) is not None:
        return ()
    undefined = undefined_values(script.text, script.language, path, is_component=True)
    return tuple(each for each in undefined if not is_vue_macro(each.name))
