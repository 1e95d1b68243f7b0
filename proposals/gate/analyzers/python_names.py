"""Names that Python uses and nothing defines."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable

from pyflakes import messages
from pyflakes.checker import Checker

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.subject import Subject

UNDEFINED = Rule(
    "python/undefined-name",
    Level.ERROR,
    Effect.UNUSABLE,
    "A name is used that nothing defines or imports",
    "Import or define the name in this file.",
)
# Names of Python 2, which code for both versions asks for with care, and of IPython, which defines them when it runs.
_ELSEWHERE = frozenset(
    ["basestring", "get_ipython", "long", "raw_input", "reduce", "unichr", "unicode", "xrange", "__IPYTHON__"]
)
_CARE = ("version_info", "PY2", "PY3", "NameError", "IPython")
_SHOWN = 10


@register
class PythonNames(FileAnalyzer):
    """Catches names that neither the file nor Python defines, by pyflakes' reading of scopes; runs nothing.

    Lets every name through in a file with a star import, names of Python 2 in code for both versions, and what does
    not parse: syntax/python returns that.
    """

    rules = (UNDEFINED,)
    languages = frozenset({Language.PYTHON})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                found = Checker(ast.parse(content), filename="content.py").messages
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return
        if any(isinstance(message, messages.ImportStarUsed) for message in found):
            return
        known = _ELSEWHERE if any(word in content for word in _CARE) else frozenset()
        lines: dict[str, int] = {}
        for message in found:
            if isinstance(message, messages.UndefinedName) and message.message_args[0] not in known:
                lines.setdefault(str(message.message_args[0]), message.lineno)
        for name, line in list(lines.items())[:_SHOWN]:
            said = f"{name} is used, and nothing defines or imports it"
            yield Sighting(UNDEFINED, said, subject.content_region(line))
