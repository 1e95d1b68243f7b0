"""Python syntax."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/python",
    Level.ERROR,
    Effect.UNUSABLE,
    "Python cannot compile the file",
    "Correct the line and submit again.",
)


@register
class PythonSyntax(FileAnalyzer):
    """Catches what Python's compiler refuses; compiles and never runs. Lets through what only fails when run."""

    rules = (SYNTAX,)
    languages = frozenset({Language.PYTHON})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                compile(content, "content.py", "exec", dont_inherit=True)
        except SyntaxError as error:
            yield Sighting(SYNTAX, f"Python: {error.msg}", subject.content_region(error.lineno or 1))
        except (ValueError, UnicodeError):
            yield Sighting(SYNTAX, "Python: the text holds a NUL or a lone surrogate")
        except (RecursionError, MemoryError):
            yield Sighting(SYNTAX, "Python: nested too deeply to compile")
