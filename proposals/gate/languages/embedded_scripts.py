"""Scripts that stand inside files of another language, each on the lines where it stands."""

from __future__ import annotations

import re
from dataclasses import dataclass

from proposals.gate.languages.html import Page, is_template, read_html
from proposals.gate.languages.identity import Language
from proposals.gate.languages.javascript_globals import is_global
from proposals.gate.languages.javascript_scope import ScopeWalk, UndefinedName
from proposals.gate.languages.trees import first_error, line_of, parse_tree

_VUE_SCRIPT = re.compile(r"<script\b([^>]*)>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_LANG = re.compile(r"""\blang\s*=\s*["']?(\w+)""")
_GRAMMARS = {"ts": Language.TYPESCRIPT, "tsx": Language.TSX, "jsx": Language.TSX, "js": Language.TSX, "": Language.TSX}
# Names of one or two letters stand in addresses by chance.
_SHORTEST_IN_ADDRESS = 3


@dataclass(frozen=True, slots=True)
class Script:
    """All scripts of a file in one text, blank lines where they are not, and the grammar that reads it."""

    text: str
    language: Language


def vue_script(text: str) -> Script | None:
    """The scripts of a component, which are one module; None without one, and for a language that is not read."""
    blocks = [block for block in _VUE_SCRIPT.finditer(text) if "src=" not in block[1]]
    languages = {_lang(block[1]) for block in blocks}
    if not blocks or not languages <= set(_GRAMMARS):
        return None
    grammar = next((_GRAMMARS[name] for name in ("ts", "tsx") if name in languages), Language.TSX)
    return Script(_on_their_lines(text, [block.span(2) for block in blocks]), grammar)


def undefined_on_page(text: str) -> tuple[UndefinedName, ...]:
    """Names that the scripts of a page use and neither they, a browser nor a well-known library defines.

    The scripts of a page share their names. Those that it loads may define the rest: a name that stands in an address
    is taken for the library's, any other may be elsewhere. Templates are left to whoever fills them in.
    """
    if is_template(text):
        return ()
    page = read_html(text)
    joined = _page_script(text.replace("\r\n", "\n"), page.javascript)
    tree = parse_tree(joined, Language.JAVASCRIPT)
    if not joined.strip() or first_error(tree) is not None:
        return ()
    walk = ScopeWalk(tree.root_node)
    found: dict[str, int] = {}
    for name, scope, node in sorted(walk.uses, key=lambda use: use[2].start_byte):
        if not scope.knows(name) and name not in walk.asked and not _is_given(name, page):
            found.setdefault(name, line_of(node))
    return tuple(UndefinedName(name, line, bool(page.sources)) for name, line in found.items())


def _is_given(name: str, page: Page) -> bool:
    if is_global(name, in_test=False, imports=False) or name in page.ids:
        return True
    loaded = " ".join(page.sources).lower()
    return len(name) >= _SHORTEST_IN_ADDRESS and name.lower() in loaded


def _lang(attributes: str) -> str:
    found = _LANG.search(attributes)
    return found[1].lower() if found else ""


def _page_script(text: str, scripts: tuple[str, ...]) -> str:
    spans, at = [], 0
    for script in scripts:
        start = text.find(script, at) if script.strip() else -1
        if start >= 0:
            at = start + len(script)
            spans.append((start, at))
    return _on_their_lines(text, spans)


def _on_their_lines(text: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end in spans:
        pieces += ["\n" * text.count("\n", at, start), text[start:end], ";"]
        at = end
    return "".join(pieces)
