"""Untrusted Markdown as HTML that can only be read."""

from __future__ import annotations

from collections.abc import Iterator

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.token import Token

from proposals.display.visible import reveal

MAX_MARKDOWN_CHARACTERS = 200_000
_TAGS = {
    *("h1", "h2", "h3", "h4", "h5", "h6", "p", "br", "hr", "blockquote", "ul", "ol", "li", "pre", "code", "em"),
    *("strong", "s", "a", "table", "thead", "tbody", "tr", "th", "td"),
}
_SCHEMES = {"http", "https", "mailto"}


def render_prose(text: str) -> SafeString:
    """Markdown as sanitised HTML: no raw HTML, no images, nothing loaded, links shown with where they lead.

    Hidden characters are named in the text. Takes up to `MAX_MARKDOWN_CHARACTERS`, so that no text can keep a page
    busy; raises ValueError for more.
    """
    if len(text) > MAX_MARKDOWN_CHARACTERS:
        raise ValueError(f"more than {MAX_MARKDOWN_CHARACTERS} characters are not rendered")
    parser = _parser()
    tokens = parser.parse(reveal(text.replace("\r\n", "\n")))
    for token in tokens:
        if token.children:
            token.children = list(_with_targets(token.children))
    html = parser.renderer.render(tokens, parser.options, {})
    return mark_safe(_clean(html))  # noqa: S308 - sanitised by nh3


def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"]).disable("image")


def _with_targets(children: list[Token]) -> Iterator[Token]:
    """Each link followed by its target in words; a link that leads inside this site is words only."""
    target = ""
    for token in children:
        if token.type not in {"link_open", "link_close"}:
            yield token
            continue
        if token.type == "link_open":
            target = str(token.attrGet("href") or "")
        if target.partition(":")[0].lower() in _SCHEMES:
            yield token
        if token.type == "link_close":
            yield Token("text", "", 0, content=f" ({target})")


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=_TAGS,
        attributes={"a": {"href"}, "*": set()},
        url_schemes=_SCHEMES,
        link_rel="nofollow noopener noreferrer",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
