"""Concrete syntax trees by tree-sitter: total parsers, so broken text still gives a tree with its errors marked."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, lru_cache

import tree_sitter_bash
import tree_sitter_hcl
import tree_sitter_javascript
import tree_sitter_ruby
import tree_sitter_typescript
from tree_sitter import Language as Grammar
from tree_sitter import Node, Parser, Tree

from proposals.gate.languages.identity import Language

_GRAMMARS: dict[Language, Callable[[], object]] = {
    Language.JAVASCRIPT: tree_sitter_javascript.language,
    Language.TYPESCRIPT: tree_sitter_typescript.language_typescript,
    Language.TSX: tree_sitter_typescript.language_tsx,
    Language.SHELL: tree_sitter_bash.language,
    Language.RUBY: tree_sitter_ruby.language,
    Language.HCL: tree_sitter_hcl.language,
}


@cache
def _parser(language: Language) -> Parser:
    return Parser(Grammar(_GRAMMARS[language]()))


@lru_cache(maxsize=4)
def parse_tree(text: str, language: Language) -> Tree:
    return _parser(language).parse(text.encode("utf-8", "replace"))


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it in the order of the text, without recursion."""
    cursor = node.walk()
    while True:
        yield cursor.node  # type: ignore[misc]
        if cursor.goto_first_child() or cursor.goto_next_sibling():
            continue
        while cursor.goto_parent():
            if cursor.goto_next_sibling():
                break
        else:
            return


def first_error(tree: Tree) -> Node | None:
    """The first node that is an error or missing; None for a text that the grammar accepts."""
    node = tree.root_node
    if not node.has_error:
        return None
    while True:
        if node.is_error or node.is_missing:
            return node
        below = next((child for child in node.children if child.has_error or child.is_missing), None)
        if below is None:
            return node
        node = below


def text_of(node: Node) -> str:
    return (node.text or b"").decode("utf-8", "replace")


def line_of(node: Node) -> int:
    return node.start_point[0] + 1


def said_of(node: Node) -> str:
    """What a node from first_error stands for, in words."""
    return f"{node.type} is missing" if node.is_missing else f"unexpected {text_of(node)[:40]!r}"
