"""Which names a JavaScript text uses and nothing defines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, ClassVar

from tree_sitter import Node

from proposals.gate.languages.identity import Language
from proposals.gate.languages.javascript_globals import is_global, is_page_name, is_page_path, is_test
from proposals.gate.languages.trees import line_of, parse_tree, text_of

_FUNCTIONS = {
    "function_declaration", "function_expression", "arrow_function", "method_definition",
    "generator_function", "generator_function_declaration",
}  # fmt: skip
_BLOCKS = {"statement_block", "for_statement", "for_in_statement", "catch_clause", "switch_body", "class_body"}
_CLASSES = {"class_declaration", "class"}
_PATTERNS = {"object_pattern", "array_pattern", "rest_pattern", "pair_pattern"}
_JSX_NAMES = {"jsx_opening_element", "jsx_self_closing_element", "jsx_closing_element"}


@dataclass(slots=True)
class Scope:
    parent: Scope | None
    function: Scope | None = None
    names: set[str] = field(default_factory=set)

    def knows(self, name: str) -> bool:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return True
            scope = scope.parent
        return False


@dataclass(frozen=True, slots=True)
class UndefinedName:
    """`may_be_elsewhere` for a script of a page, whose other scripts share their names with it.

    `is_type` for TypeScript's names that are gone before anything runs.
    """

    name: str
    line: int
    may_be_elsewhere: bool = False
    is_type: bool = False


@lru_cache(maxsize=4)
def undefined_names(text: str, path: str) -> tuple[UndefinedName, ...]:
    """Each undefined name once, at its first use. `path` tells whether it lies among tests.

    Scoped as the language does: var and functions to the function, let, const and class to the block. A name that
    is only assigned to is taken for a global of a sloppy script, and one that typeof asks for is used with care.
    """
    walk = ScopeWalk(parse_tree(text, Language.JAVASCRIPT).root_node)
    free = [(name, node) for name, scope, node in walk.uses if not scope.knows(name)]
    is_module = walk.imports and not walk.asked & {"module", "exports", "define"}
    is_page = not is_module and (is_page_path(path) or any(is_page_name(name) for name, _node in free))
    found: dict[str, int] = {}
    in_test = is_test(path, (name for name, _node in free))
    for name, node in free:
        if name not in walk.asked and not is_global(name, in_test=in_test, imports=is_module):
            found.setdefault(name, line_of(node))
    by_line = sorted(found.items(), key=lambda item: item[1])
    return tuple(UndefinedName(name, line, is_page and len(name) > 1) for name, line in by_line)


class ScopeWalk:
    """One pass without recursion: declares names in their scopes and collects the uses, resolved once all are known.

    `handlers` says what to do at which kind of node; a grammar that has more kinds extends it.
    """

    def __init__(self, root: Node) -> None:
        top = Scope(None)
        top.function = top
        self.uses: list[tuple[str, Scope, Node]] = []
        self.imports = False
        self.asked: set[str] = set()
        self._waiting: list[tuple[Node, Scope]] = [(root, top)]
        while self._waiting:
            node, scope = self._waiting.pop()
            self._visit(node, scope)

    def _visit(self, node: Node, scope: Scope) -> None:
        kind = node.type
        if kind in {"identifier", "shorthand_property_identifier"}:
            self._use(node, scope)
        elif kind in _FUNCTIONS:
            self._function(node, scope)
        elif kind in _CLASSES:
            self._class(node, scope)
        elif kind in _BLOCKS:
            self._block(node, scope)
        elif kind in self.handlers:
            self.handlers[kind](self, node, scope)
        else:
            self._children(node, scope)

    def _children(self, node: Node, scope: Scope) -> None:
        self._waiting.extend((child, scope) for child in reversed(node.named_children))

    def _use(self, node: Node, scope: Scope) -> None:
        name = text_of(node)
        if name in {"require", "module", "exports"}:
            self.imports = True
        self.uses.append((name, scope, node))

    def _function(self, node: Node, scope: Scope) -> None:
        inner = Scope(scope)
        inner.function = inner
        inner.names.add("arguments")
        name = node.child_by_field_name("name")
        if name is not None and node.type.endswith("declaration"):
            _function_of(scope).names.add(text_of(name))
            scope.names.add(text_of(name))
        elif name is not None and name.type == "identifier":
            inner.names.add(text_of(name))
        elif name is not None:
            self._waiting.append((name, scope))
        parameters = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
        if parameters is not None:
            for child in [parameters] if parameters.type == "identifier" else parameters.named_children:
                self._declare(child, inner, inner)
        body = node.child_by_field_name("body")
        if body is not None:
            self._waiting.append((body, inner))

    def _class(self, node: Node, scope: Scope) -> None:
        inner = Scope(scope, _function_of(scope))
        name = node.child_by_field_name("name")
        if name is not None:
            (scope if node.type == "class_declaration" else inner).names.add(text_of(name))
        self._waiting.extend((child, inner) for child in reversed(node.named_children) if child != name)

    def _block(self, node: Node, scope: Scope) -> None:
        inner = Scope(scope, _function_of(scope))
        parameter = node.child_by_field_name("parameter") if node.type == "catch_clause" else None
        kind = node.child_by_field_name("kind") if node.type == "for_in_statement" else None
        left = node.child_by_field_name("left") if kind is not None else None
        if parameter is not None:
            self._declare(parameter, inner, inner)
        if left is not None and kind is not None:
            self._declare(left, _function_of(inner) if kind.type == "var" else inner, inner)
        skipped = [item for item in (parameter, left) if item is not None]
        self._waiting.extend((child, inner) for child in reversed(node.named_children) if child not in skipped)

    def _declaration(self, node: Node, scope: Scope) -> None:
        target = _function_of(scope) if node.type == "variable_declaration" else scope
        for child in node.named_children:
            name = child.child_by_field_name("name")
            value = child.child_by_field_name("value")
            if name is not None:
                self._declare(name, target, scope)
            if value is not None:
                self._waiting.append((value, scope))

    def _declare(self, pattern: Node, target: Scope, scope: Scope) -> None:
        """Names of a pattern belong to `target`; its defaults and computed keys are uses in `scope`."""
        waiting = [pattern]
        while waiting:
            node = waiting.pop()
            if node.type in {"identifier", "shorthand_property_identifier_pattern"}:
                target.names.add(text_of(node))
            elif node.type in {"assignment_pattern", "object_assignment_pattern"}:
                left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
                waiting.extend(item for item in (left,) if item is not None)
                self._waiting.extend((item, scope) for item in (right,) if item is not None)
            elif node.type in _PATTERNS:
                waiting.extend(child for child in node.named_children if child.type != "property_identifier")
            elif node.type != "comment":
                self._waiting.append((node, scope))

    def _assignment(self, node: Node, scope: Scope) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and left.type in {"identifier", *_PATTERNS}:
            top = scope
            while top.parent is not None:
                top = top.parent
            self._declare(left, top, scope)
        elif left is not None:
            self._waiting.append((left, scope))
        if right is not None:
            self._waiting.append((right, scope))

    def _import(self, node: Node, scope: Scope) -> None:
        self.imports = True
        waiting = list(node.named_children)
        while waiting:
            child = waiting.pop()
            if child.type == "identifier":
                scope.names.add(text_of(child))
            elif child.type == "import_specifier":
                name = child.child_by_field_name("alias") or child.child_by_field_name("name")
                scope.names.update([text_of(name)] if name is not None else [])
            elif child.type in {"import_clause", "named_imports", "namespace_import"}:
                waiting.extend(child.named_children)

    def _export(self, node: Node, scope: Scope) -> None:
        self.imports = True
        if node.child_by_field_name("source") is None:
            self._children(node, scope)

    def _export_specifier(self, node: Node, scope: Scope) -> None:
        name = node.child_by_field_name("name")
        if name is not None:
            self._waiting.append((name, scope))

    def _typeof(self, node: Node, scope: Scope) -> None:
        argument = node.child_by_field_name("argument")
        is_asking = text_of(node).startswith("typeof") and argument is not None and argument.type == "identifier"
        if is_asking and argument is not None:
            self.asked.add(text_of(argument))
        else:
            self._children(node, scope)

    def _jsx(self, node: Node, scope: Scope) -> None:
        name = node.child_by_field_name("name")
        if name is not None and node.type != "jsx_closing_element":
            head = name
            while head.named_child_count:
                head = head.named_children[0]
            is_component = text_of(head)[:1].isupper() or head != name
            if head.type == "identifier" and is_component and text_of(head) != "this":
                self.uses.append((text_of(head), scope, head))
        self._waiting.extend((child, scope) for child in reversed(node.named_children) if child != name)

    handlers: ClassVar[dict[str, Callable[[Any, Node, Scope], None]]] = {
        "lexical_declaration": _declaration,
        "variable_declaration": _declaration,
        "import_statement": _import,
        "export_statement": _export,
        "export_specifier": _export_specifier,
        "unary_expression": _typeof,
        "assignment_expression": _assignment,
        **dict.fromkeys(_JSX_NAMES, _jsx),
    }


def _function_of(scope: Scope) -> Scope:
    return scope.function or scope
