"""The action items of a plan: the innermost items of its lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do. ``section`` is the heading, or the outer item, above it. Lines are 1-based and inclusive."""

    section: str
    text: str
    start_line: int
    end_line: int


@dataclass(slots=True)
class _Item:
    start: int
    end: int
    section: str
    text: str = ""
    has_inner_list: bool = False


@dataclass(slots=True)
class _Reading:
    heading: str = ""
    open_items: list[_Item] = field(default_factory=list)
    found: list[_Item] = field(default_factory=list)


def actions_of(text: str) -> tuple[Action, ...]:
    """The action items of a Markdown text, in order. Lines are counted as the gate does: by line feeds alone."""
    reading = _Reading()
    tokens = MarkdownIt("commonmark", {"html": False}).parse(text.replace("\r", " "))
    for token, following in zip(tokens, [*tokens[1:], None], strict=False):
        _read(reading, token, following)
    return tuple(
        Action(item.section, item.text, item.start + 1, item.end)
        for item in sorted(reading.found, key=lambda item: item.start)
        if item.text and not item.has_inner_list
    )


def _read(reading: _Reading, token: Token, following: Token | None) -> None:
    match token.type:
        case "heading_open" if following:
            reading.heading = _plain(following)
        case "list_item_open" if token.map:
            outer = reading.open_items[-1] if reading.open_items else None
            if outer:
                outer.has_inner_list = True
            section = outer.text if outer else reading.heading
            reading.open_items.append(_Item(token.map[0], token.map[1], section))
        case "list_item_close" if reading.open_items:
            reading.found.append(reading.open_items.pop())
        case "inline" if reading.open_items:
            item = reading.open_items[-1]
            item.text = f"{item.text} {_plain(token)}".strip()


def _plain(inline: Token) -> str:
    """The text without its marks, on one line."""
    return " ".join("".join(_texts(inline.children or ())).split()).rstrip(":")


def _texts(tokens: Iterable[Token]) -> Iterable[str]:
    for token in tokens:
        if token.type in {"softbreak", "hardbreak"}:
            yield " "
        else:
            yield token.content
