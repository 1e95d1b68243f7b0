"""JSX taken out of a text, so that an engine can compile what is around it and inside its braces."""

from __future__ import annotations

from functools import lru_cache

from tree_sitter import Node

from proposals.gate.languages.identity import Language
from proposals.gate.languages.trees import parse_tree, walk

_ELEMENTS = {"jsx_element", "jsx_self_closing_element", "jsx_fragment"}


@lru_cache(maxsize=4)
def without_jsx(text: str) -> str:
    """The text with each element replaced by the array of the expressions in it. Lines stay where they are.

    The text's grammar must accept it. Iterative over the nesting: an element inside an expression is replaced too.
    """
    source = text.encode("utf-8", "replace")
    pieces: list[bytes] = []
    at = 0
    for start, end, written in _edits(parse_tree(text, Language.JAVASCRIPT).root_node):
        pieces.append(source[at:start])
        pieces.append(written + b"\n" * source.count(b"\n", start, end))
        at = end
    pieces.append(source[at:])
    return b"".join(pieces).decode("utf-8", "replace")


def _edits(root: Node) -> list[tuple[int, int, bytes]]:
    """What to write over which bytes, in order: everything of an element but its expressions."""
    edits: list[tuple[int, int, bytes]] = []
    for element in (node for node in walk(root) if node.type in _ELEMENTS):
        is_inner = element.parent is not None and element.parent.type in _ELEMENTS
        if is_inner:
            continue
        at = element.start_byte
        opening = b"("
        for expression in _expressions(element):
            inner = [child for child in expression.named_children if child.type != "comment"]
            if not inner:
                continue
            child = inner[0]
            spread = child.type == "spread_element"
            start = child.named_children[0].start_byte if spread and child.named_children else child.start_byte
            edits.append((at, start, opening))
            at, opening = child.end_byte, b","
        edits.append((at, element.end_byte, b",0)" if opening == b"," else b"(0)"))
    return sorted(edits)


def _expressions(element: Node) -> list[Node]:
    """The braces of an element and of the elements in it, but not of elements inside those braces."""
    found: list[Node] = []
    waiting = [element]
    while waiting:
        node = waiting.pop()
        if node.type == "jsx_expression":
            found.append(node)
        else:
            waiting.extend(reversed(node.children))
    return found
