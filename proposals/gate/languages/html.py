"""HTML by html5lib, the parser that the standard describes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from html5lib.constants import E as MESSAGES

# What a browser repairs by moving or dropping text; the standard lists many more errors that change nothing.
_BREAKING = frozenset(
    [
        "expected-doctype-but-got-chars",
        "expected-eof-but-got-char",
        "unexpected-char-after-body",
        "unexpected-start-tag-after-body",
        "unexpected-end-tag-after-body",
        "expected-eof-but-got-start-tag",
        "expected-eof-but-got-end-tag",
        "unexpected-char-after-frameset",
        "unexpected-character-after-solidus-in-tag",
        "eof-in-comment",
        "eof-in-script-in-script",
        "eof-in-tag-name",
        "expected-attribute-name-but-got-eof",
        "eof-in-attribute-name",
        "eof-in-attribute-value-double-quote",
        "eof-in-attribute-value-single-quote",
        "eof-in-comment-double-dash",
        "eof-in-comment-end-dash",
        "expected-named-closing-tag-but-got-eof",
        "eof-in-attribute-value-no-quotes",
        "expected-attribute-value-but-got-eof",
        "foster-parenting-character-in-table",
        "eof-in-doctype",
        "expected-closing-tag-but-got-char",
        "expected-closing-tag-but-got-eof",
        "unexpected-char-in-frameset",
    ]
)
# A template's own text may stand where its tags were.
_LEFT_TO_TEMPLATES = frozenset(
    ["expected-doctype-but-got-chars", "expected-closing-tag-but-got-char", "foster-parenting-character-in-table"]
)
_CORRUPT_NAME = re.compile(r"^(?!h[1-6]$)[a-z]*\d[a-z0-9]*$")
_SHELL = {"html", "head", "body"}
_RUN_TYPES = {"", "module", "text/javascript", "application/javascript", "text/ecmascript", "application/ecmascript"}
_MAX_DEPTH = 400
# Neither crosses a bracket of its own kind, so both are linear.
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)[^<>]*?(/?)>")
_TEMPLATE_TAG = re.compile(r"\{\{[^{}]{0,2000}\}\}|\{%[^%]{0,2000}%\}|\{#[^#]{0,2000}#\}|<%[^%]{0,2000}%>")
# Void elements, and those that the next one of their kind closes.
_NOT_NESTING = frozenset(
    [
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"),
        *("li", "p", "dt", "dd", "tr", "td", "th", "thead", "tbody", "tfoot", "option", "optgroup", "colgroup"),
        *("rp", "rt", "html", "head", "body"),
    ]
)


@dataclass(frozen=True, slots=True)
class HtmlError:
    message: str
    line: int


@dataclass(frozen=True, slots=True)
class Page:
    """`scripts` stand in the page, whatever their language; `javascript` are those of them that a browser runs.

    `sources` are the addresses of scripts that it loads, and `ids` names of elements, which scripts know as globals.
    """

    errors: tuple[HtmlError, ...]
    elements: tuple[str, ...]
    scripts: tuple[str, ...]
    loose_text: str
    javascript: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    ids: frozenset[str] = frozenset()


@lru_cache(maxsize=4)
def read_html(text: str) -> Page:
    """Total: any text gives a page. Tags beyond a depth that browsers cap are an error and not read.

    What a template engine fills in is read as blanks.
    """
    original, text = text, _TEMPLATE_TAG.sub(_blanks, text)
    if text.count("<") > 50_000 or _depth(text) > _MAX_DEPTH:
        return Page((HtmlError("nested too deeply to read", 1),), ("div",), (), "")
    is_filled_in = original != text
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(text.encode("utf-8", "replace").decode("utf-8"))
    errors = tuple(
        HtmlError(MESSAGES.get(code, code) % _filled(values), _line(place, code))
        for place, code, values in parser.errors
        if code in _BREAKING and not (is_filled_in and code in _LEFT_TO_TEMPLATES)
    )
    page = Page(errors, *_contents(root))
    return replace(page, errors=(*errors, *_corrupt_tags(text, page.elements)))


def _corrupt_tags(text: str, elements: tuple[str, ...]) -> Iterator[HtmlError]:
    """No element has a digit in its name but h1 to h6; those of one's own have a hyphen."""
    for name in sorted({name for name in elements if _CORRUPT_NAME.match(name)}):
        at = text.lower().find(f"<{name}")
        yield HtmlError(f"<{name}> is no element", text.count("\n", 0, max(at, 0)) + 1)


def is_template(text: str) -> bool:
    """Whether a template engine fills the page in, so that a part of a page may be a whole file."""
    return bool(_TEMPLATE_TAG.search(text))


def element_names(text: str) -> tuple[str, ...]:
    """The elements that the author wrote, html, head and body left out."""
    return read_html(text).elements


def _contents(
    root: Element,
) -> tuple[tuple[str, ...], tuple[str, ...], str, tuple[str, ...], tuple[str, ...], frozenset[str]]:
    elements = [item for item in root.iter() if isinstance(item.tag, str)]
    names = tuple(item.tag for item in elements if item.tag not in _SHELL)
    scripts = tuple(item.text or "" for item in elements if item.tag == "script" and not item.get("src"))
    loose = [
        part
        for item in elements
        if item.tag not in {"script", "style", "pre", "code", "textarea", "head"}
        for part in (item.text, *(child.tail for child in item))
        if part
    ]
    tags = [item for item in elements if item.tag == "script"]
    javascript = tuple(item.text or "" for item in tags if not item.get("src") and _is_run(item))
    sources = tuple(address for item in tags if (address := item.get("src")))
    return names, scripts, "\n".join(loose), javascript, sources, frozenset(filter(None, map(_id, elements)))


def _is_run(script: Element) -> bool:
    return (script.get("type") or "").strip().lower() in _RUN_TYPES


def _id(element: Element) -> str | None:
    return element.get("id") or element.get("name")


def _line(place: tuple[int, int] | None, code: str) -> int:
    """The parser stands behind the text that it complains of: behind its line end, or far behind a leading text."""
    if place is None or code == "expected-doctype-but-got-chars":
        return 1
    return place[0] - (place[1] == 0)


def _filled(values: Any) -> dict[str, Any]:
    return dict(values) if values else {}


def _depth(text: str) -> int:
    """The deepest nesting of elements that an end tag closes; end tags that close nothing count for nothing."""
    depth = deepest = 0
    for closes, name, is_empty in _TAG.findall(text):
        if is_empty or name.lower() in _NOT_NESTING:
            continue
        depth = max(0, depth - 1) if closes else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _blanks(match: re.Match[str]) -> str:
    return re.sub(r"[^\n]", " ", match[0])
