"""Names that JavaScript's hosts define: the language, Node, browsers, test runners, script tags."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.languages.name_lists import name_list

# Soft keywords are words that the grammar reads as names where an older script may use them so.
_ALWAYS = ("language", "node", "everywhere", "browser", "browser-more", "runtimes", "bundlers", "soft-keywords")
_FAMILIES = re.compile(r"^(?:HTML|SVG|WebGL|CSS|DOM|RTC|IDB|GPU|XR|USB|Audio|Media|Performance|Animation)[A-Z]\w*$")
_PAGE_PATH = re.compile(r"(?:^|/)(?:public|static|assets|www|wwwroot|vendor|browser|client|frontend)/", re.IGNORECASE)
_COMPOSABLE = re.compile(r"^use[A-Z]")
_AUTO_IMPORT_PATH = re.compile(r"(?:^|/)(?:composables|nuxt|app/utils)/", re.IGNORECASE)
_TEST_PATH = re.compile(r"(?:^|[/_.-])(?:tests?|specs?|__tests__|cypress|e2e)(?:[/_.-]|$)", re.IGNORECASE)
_SUITES = {"describe", "suite", "context", "QUnit", "expect"}
_CASES = {"it", "test", "specify"}


def is_page_name(name: str) -> bool:
    """Whether only a browser's page defines the name, so that other scripts of the page may define more."""
    kinds = name_list("javascript_globals.txt")
    return name in kinds["page"] or name in kinds["script-tags"]


def is_page_path(path: str) -> bool:
    """Whether the path lies where files for browsers do."""
    return bool(_PAGE_PATH.search(path))


def is_test(path: str, names: Iterable[str]) -> bool:
    """Whether a runner defines names: the path lies among tests, or the names make a suite with a case in it."""
    used = set(names)
    return bool(_TEST_PATH.search(path)) or (bool(used & _SUITES) and bool(used & _CASES))


def is_global(name: str, *, in_test: bool, imports: bool) -> bool:
    """Whether a host defines the name. A text that imports nothing may lean on libraries of script tags beside it."""
    kinds = name_list("javascript_globals.txt")
    if any(name in kinds[kind] for kind in _ALWAYS) or _FAMILIES.match(name):
        return True
    if in_test and name in kinds["tests"]:
        return True
    return not imports and name in kinds["script-tags"]


def is_script_tag_name(name: str) -> bool:
    """Whether a well-known library of script tags defines the name."""
    return name in name_list("javascript_globals.txt")["script-tags"]


def is_auto_import(name: str) -> bool:
    """Whether a framework's build imports the name unasked, as Nuxt does with its own and with a project's use…()."""
    return name in name_list("javascript_globals.txt")["auto-imports"] or bool(_COMPOSABLE.match(name))


def is_auto_import_path(path: str) -> bool:
    """Whether the path lies where such a framework imports a project's own names unasked."""
    return bool(_AUTO_IMPORT_PATH.search(path))


def is_vue_macro(name: str) -> bool:
    """Whether Vue's compiler replaces the name in a component's script."""
    return name in name_list("javascript_globals.txt")["vue-macros"]
