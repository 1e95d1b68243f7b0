"""CSS by tinycss2, with the selector check that CSS Syntax leaves to others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import tinycss2

_IN_SELECTOR = {"ident", "hash", "whitespace", "comment", "[] block", "function", "percentage"}
_SELECTOR_MARKS = set(".:,>+~*|&#")
_DECLARATION_AT_RULES = {"font-face", "page", "property", "counter-style", "font-palette-values", "viewport"}
_KNOWN_AT_RULES = _DECLARATION_AT_RULES | {
    "charset", "import", "namespace", "media", "supports", "keyframes", "-webkit-keyframes", "-moz-keyframes",
    "-o-keyframes", "-ms-keyframes", "layer", "container", "scope", "starting-style", "view-transition", "position-try",
    "font-feature-values", "document", "-moz-document", "-ms-viewport", "tailwind", "apply", "use", "theme", "config",
    "plugin", "source", "slot", "reference", "variants", "responsive", "screen", "color-profile",
    "top-left-corner", "top-left", "top-center", "top-right", "top-right-corner", "bottom-left-corner", "bottom-left",
    "bottom-center", "bottom-right", "bottom-right-corner", "left-top", "left-middle", "left-bottom", "right-top",
    "right-middle", "right-bottom", "position-fallback", "utility", "variant", "custom-variant",
    "custom-media", "custom-selector",
}  # fmt: skip
# The elements of HTML, SVG and MathML that a selector names, and the steps of keyframes.
_ELEMENTS = frozenset([
    "a", "abbr", "address", "area", "article", "aside", "audio", "b", "base", "bdi", "bdo", "blockquote", "body", "br",
    "button", "canvas", "caption", "center", "circle", "cite", "code", "col", "colgroup", "data", "datalist", "dd",
    "defs", "del", "details", "dfn", "dialog", "div", "dl", "dt", "ellipse", "em", "embed", "fieldset", "figcaption",
    "figure", "filter", "font", "footer", "form", "from", "g", "h1", "h2", "h3", "h4", "h5", "h6", "head", "header",
    "hgroup", "hr", "html", "i", "iframe", "image", "img", "input", "ins", "kbd", "label", "legend", "li", "line",
    "link", "main", "map", "mark", "marquee", "mask", "math", "menu", "meta", "meter", "nav", "noscript", "object",
    "ol", "optgroup", "option", "output", "p", "param", "path", "pattern", "picture", "polygon", "polyline", "pre",
    "progress", "q", "rect", "rp", "rt", "ruby", "s", "samp", "script", "search", "section", "select", "slot", "small",
    "source", "span", "stop", "strong", "style", "sub", "summary", "sup", "svg", "symbol", "table", "tbody", "td",
    "template", "text", "textarea", "tfoot", "th", "thead", "time", "title", "to", "tr", "track", "tspan", "tt", "u",
    "ul", "use", "var", "video", "wbr",
])  # fmt: skip
_PROPERTY = re.compile(r"^(?:--.*|[*_]?-?[a-z]+(?:-[a-z]+)*)$", re.IGNORECASE | re.DOTALL)
_PROSE_WORDS = 3
_MAX_DEPTH = 30
_TOKEN = re.compile(
    r"/\*.*?\*/|\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|url\([^)\"'\n]*\)|\\."
    r"|(?P<open>[{(\[])|(?P<close>[})\]])|(?P<cut>/\*)",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class CssError:
    """`is_skipped` marks what browsers skip by the standard and a build tool may know."""

    message: str
    line: int
    is_skipped: bool = False


@lru_cache(maxsize=4)
def css_errors(text: str) -> tuple[CssError, ...]:
    """Every parse error, by line. Bounded: blocks nested deeper than 30 are one error and not read."""
    if _depth(text) > _MAX_DEPTH:
        return (CssError("nested too deeply to read", 1),)
    found = list(_unclosed(text))
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        found.extend(_rule_errors(rule, in_keyframes=False))
    return tuple(found)


def _unclosed(text: str) -> Iterator[CssError]:
    """What the end of the file closes: the standard allows it, and nobody writes it."""
    waiting: list[int] = []
    for match in _TOKEN.finditer(text):
        if match["open"]:
            waiting.append(match.start())
        elif match["close"] and waiting:
            waiting.pop()
        elif match["cut"]:
            yield CssError("a comment never ends", text.count("\n", 0, match.start()) + 1)
    if waiting:
        yield CssError(f"{text[waiting[-1]]!r} is never closed", text.count("\n", 0, waiting[-1]) + 1)


@lru_cache(maxsize=4)
def count_css_rules(text: str) -> int:
    """How many rules do something: have declarations, or import."""
    if _depth(text) > _MAX_DEPTH:
        return 0
    rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    return sum(1 for rule in rules if _does_something(rule))


def _does_something(rule: Any) -> bool:
    if rule.type == "at-rule":
        return rule.content is None or any(token.type not in {"whitespace", "comment"} for token in rule.content)
    if rule.type == "qualified-rule":
        return any(token.type not in {"whitespace", "comment"} for token in rule.content)
    return False


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in text:
        if char in "{[(":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "}])":
            depth = max(depth - 1, 0)
    return deepest


def _rule_errors(rule: Any, *, in_keyframes: bool) -> list[CssError]:
    if rule.type == "error":
        return [CssError(rule.message, rule.source_line)]
    if rule.type == "qualified-rule":
        return _selector_errors(rule, in_keyframes=in_keyframes) + _block_errors(rule.content)
    if rule.type == "at-rule":
        return _at_rule_errors(rule)
    return []


def _selector_errors(rule: Any, *, in_keyframes: bool) -> list[CssError]:
    tokens = [token for token in rule.prelude if token.type not in {"whitespace", "comment"}]
    if not tokens:
        return [CssError("a block has no selector", rule.source_line)]
    for token in rule.prelude:
        mark = token.value if token.type == "literal" else ""
        allowed = token.type in _IN_SELECTOR or mark in _SELECTOR_MARKS or (in_keyframes and token.type == "number")
        if not allowed:
            shown = token.serialize()[:30]
            return [CssError(f"{shown!r} cannot stand in a selector", token.source_line)]
        if token.type == "percentage" and not in_keyframes:
            return [CssError("a percentage cannot stand in a selector", token.source_line)]
    return _call_errors(rule.prelude) or _prose_errors(rule)


def _call_errors(prelude: list[Any]) -> list[CssError]:
    """A function in a selector follows a colon: `:not(...)`; `addEventListener(...)` does not."""
    before = None
    for token in prelude:
        if token.type == "function" and not (before is not None and before.type == "literal" and before.value == ":"):
            return [CssError(f"the call {token.name}() cannot stand in a selector", token.source_line)]
        before = token
    return []


def _prose_errors(rule: Any) -> list[CssError]:
    """A sentence in front of a rule: three words in a row of which none is an element."""
    in_row = 0
    for token in rule.prelude:
        if token.type == "ident" and token.lower_value not in _ELEMENTS and "-" not in token.value:
            in_row += 1
        elif token.type not in {"whitespace", "comment"}:
            in_row = 0
        if in_row >= _PROSE_WORDS:
            return [CssError("words stand before the rule that are no selector", token.source_line)]
    return []


def _block_errors(content: list[Any]) -> list[CssError]:
    found: list[CssError] = []
    for item in tinycss2.parse_blocks_contents(content, skip_comments=True, skip_whitespace=True):
        if item.type == "declaration":
            found.extend(_value_errors(item))
        else:
            found.extend(_rule_errors(item, in_keyframes=False))
    return found


def _value_errors(declaration: Any) -> list[CssError]:
    """No property of CSS has a digit or a foreign letter in its name, so such a one is corrupted."""
    if not _PROPERTY.match(declaration.name):
        return [CssError(f"{declaration.name} is no name of a property", declaration.source_line)]
    tokens = [token for token in declaration.value if token.type not in {"whitespace", "comment"}]
    if declaration.name.startswith("--"):
        return []
    if not tokens:
        return [CssError(f"{declaration.name} has no value", declaration.source_line)]
    for token in tokens:
        if token.type in {"{} block", "error"}:
            return [CssError(f"the value of {declaration.name} cannot be read", token.source_line)]
    return []


def _at_rule_errors(rule: Any) -> list[CssError]:
    keyword = rule.lower_at_keyword
    if keyword not in _KNOWN_AT_RULES:
        prelude = tinycss2.serialize(rule.prelude)
        is_skipped = "\n" not in prelude.strip() and not prelude.startswith((".", "("))
        return [CssError(f"@{rule.at_keyword} is no rule of CSS", rule.source_line, is_skipped)]
    if rule.content is None:
        return []
    if keyword in _DECLARATION_AT_RULES:
        return _block_errors(rule.content)
    nested = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    found: list[CssError] = []
    for item in nested:
        if item.type == "declaration":
            found.extend(_value_errors(item))
        else:
            found.extend(_rule_errors(item, in_keyframes="keyframes" in keyword))
    return found
