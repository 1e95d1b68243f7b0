"""Names that JavaScript's hosts define: the language, Node, browsers, test runners, script tags."""

from __future__ import annotations

import re

from proposals.gate.languages.name_lists import name_list

# Soft keywords are words that the grammar reads as names where an older script may use them so.
_ALWAYS = ("language", "node", "everywhere", "browser", "bundlers", "soft-keywords")
_FAMILIES = re.compile(r"^(?:HTML|SVG|WebGL|CSS|DOM|RTC|IDB|GPU|XR|USB|Audio|Media|Performance|Animation)[A-Z]\w*$")
_PAGE_PATH = re.compile(r"(?:^|/)(?:public|static|assets|www|wwwroot|vendor|browser|client|frontend)/", re.IGNORECASE)
_TEST_PATH = re.compile(r"(?:^|[/_.-])(?:tests?|specs?|__tests__|cypress|e2e)(?:[/_.-]|$)", re.IGNORECASE)


def is_page_name(name: str) -> bool:
    """Whether only a browser's page defines the name, so that other scripts of the page may define more."""
    kinds = name_list("javascript_globals.txt")
    return name in kinds["page"] or name in kinds["script-tags"]


def is_page_path(path: str) -> bool:
    """Whether the path lies where files for browsers do."""
    return bool(_PAGE_PATH.search(path))


def is_test_path(path: str) -> bool:
    """Whether the path lies among tests, where a runner defines names."""
    return bool(_TEST_PATH.search(path))


def is_global(name: str, *, is_test: bool, imports: bool) -> bool:
    """Whether a host defines the name. A text that imports nothing may lean on libraries of script tags beside it."""
    kinds = name_list("javascript_globals.txt")
    if any(name in kinds[kind] for kind in _ALWAYS) or _FAMILIES.match(name):
        return True
    if is_test and name in kinds["tests"]:
        return True
    return not imports and name in kinds["script-tags"]
