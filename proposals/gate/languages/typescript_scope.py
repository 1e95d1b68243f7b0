"""Which names a TypeScript text uses as values and nothing defines."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, ClassVar

from tree_sitter import Node

from proposals.gate.languages.identity import Language
from proposals.gate.languages.javascript_globals import (
    is_auto_import,
    is_auto_import_path,
    is_global,
    is_script_tag_name,
    is_test,
)
from proposals.gate.languages.javascript_scope import Scope, ScopeWalk, UndefinedName
from proposals.gate.languages.trees import line_of, parse_tree, text_of

# The compiler takes these out before anything runs, so the names in them are types or nothing.
_ERASED = {
    "type_annotation", "type_arguments", "type_parameters", "implements_clause", "asserts_annotation",
    "type_predicate_annotation", "index_signature", "method_signature", "abstract_method_signature",
    "property_signature", "opting_type_annotation", "omitting_type_annotation", "adding_type_annotation",
}  # fmt: skip
_TYPES = {"interface_declaration", "type_alias_declaration"}
_MODULES = {"module", "internal_module"}
_PARAMETERS = {"required_parameter", "optional_parameter"}
_AROUND = {"statement_block", "export_statement", "ambient_declaration", "expression_statement"}
_VARIABLES = {"lexical_declaration", "variable_declaration"}
# What a bundler is told to replace is written so, and stands in its configuration.
_VUE = re.compile(r"""\bfrom\s*["']vue["']|\bexport\s+default\b""")
_REPLACED = re.compile(r"^__\w+__$")


@lru_cache(maxsize=4)
def undefined_values(
    text: str, language: Language, path: str, *, is_component: bool = False
) -> tuple[UndefinedName, ...]:
    """Each name that is used as a value and is none, once, at its first use; nothing for a file of declarations.

    Names in type position are the compiler's business. A name may stand elsewhere when the text is no module, refers
    to declarations of other files, or leans on a framework that imports unasked, as a Vue component (`is_component`)
    does that does not import Vue itself.
    """
    if path.endswith((".d.ts", ".d.mts", ".d.cts")):
        return ()
    walk = TypeScriptWalk(parse_tree(text, language).root_node)
    free = [(name, node) for name, scope, node in walk.uses if not scope.knows(name)]
    free += [(name, node) for name, scope, node in walk.exports if not (scope.knows(name) or name in walk.types)]
    is_alone = walk.imports or is_component
    leans = not is_alone or "/// <reference" in text or is_auto_import_path(path)
    if language is not Language.TSX or is_component:  # in React, what is named use…() is imported like all else
        leans = leans or any(is_auto_import(name) for name, _node in free) or (is_component and not _VUE.search(text))
    in_test = is_test(path, (name for name, _node in free))
    found: dict[str, int] = {}
    for name, node in sorted(free, key=lambda use: use[1].start_byte):
        if name not in walk.asked and not is_global(name, in_test=in_test, imports=is_alone):
            found.setdefault(name, line_of(node))
    return tuple(
        UndefinedName(name, line, leans or _is_ambient(name), is_type=name in walk.types)
        for name, line in found.items()
    )


def _is_ambient(name: str) -> bool:
    return is_script_tag_name(name) or bool(_REPLACED.match(name))


class TypeScriptWalk(ScopeWalk):
    """The walk over JavaScript, with what TypeScript adds: `types` are names that are no values.

    `exports` are names that are handed out, which may be types.
    """

    def __init__(self, root: Node) -> None:
        self.types: set[str] = set()
        self.exports: list[tuple[str, Scope, Node]] = []
        self._merged: dict[tuple[int, str], Scope] = {}
        super().__init__(root)

    def _declare(self, pattern: Node, target: Scope, scope: Scope) -> None:
        """A parameter is a pattern with a default, decorators, and modifiers that make it a property as well."""
        if pattern.type not in _PARAMETERS:
            super()._declare(pattern, target, scope)
            return
        for child in pattern.named_children:
            if child == pattern.child_by_field_name("pattern"):
                super()._declare(child, target, scope)
            elif child.type not in _ERASED:
                self._waiting.append((child, scope))

    def _erased(self, _node: Node, _scope: Scope) -> None:
        """Nothing of it is left when it runs."""

    def _type(self, node: Node, _scope: Scope) -> None:
        name = node.child_by_field_name("name")
        self.types.update([text_of(name)] if name is not None else [])

    def _abstract_class(self, node: Node, scope: Scope) -> None:
        _name(node, scope)
        self._class(node, scope)

    def _signature(self, node: Node, scope: Scope) -> None:
        """An overload, whose body follows."""
        _name(node, scope)

    def _as(self, node: Node, scope: Scope) -> None:
        """The value of `value as Type` and `value satisfies Type`."""
        self._waiting.extend((child, scope) for child in _without_comments(node)[:1])

    def _assertion(self, node: Node, scope: Scope) -> None:
        """The value of `<Type>value`."""
        self._waiting.extend((child, scope) for child in _without_comments(node)[-1:])

    def _enum(self, node: Node, scope: Scope) -> None:
        """Its members know each other, also over several declarations of one name."""
        inner = self._merge(_name(node, scope), scope)
        body = node.child_by_field_name("body")
        for member in _without_comments(body) if body is not None else ():
            name = member.child_by_field_name("name") or member
            value = member.child_by_field_name("value")
            inner.names.add(text_of(name).strip("'\""))
            self._waiting.extend([(value, inner)] if value is not None else [])

    def _namespace(self, node: Node, scope: Scope) -> None:
        """What it holds is known in it, also over several declarations of one name."""
        body, name = node.child_by_field_name("body"), node.child_by_field_name("name")
        inner = self._merge(text_of(name) if name is not None else "", scope)
        inner.function = inner
        _name(node, scope)
        self._waiting.extend((child, inner) for child in (body.named_children if body is not None else ()))

    def _ambient(self, node: Node, scope: Scope) -> None:
        """`declare` says what is there when it runs: names and nothing to run. A module in quotes is another file."""
        for child in _declared(node):
            if child.type in _TYPES:
                self._type(child, scope)
            elif child.type in _VARIABLES:
                for variable in child.named_children:
                    _name(variable, scope)
            elif child.type != "module" or not _is_quoted(child):
                _name(child, scope)

    def _import(self, node: Node, scope: Scope) -> None:
        """Names that are imported as types alone are no values."""
        self.imports = True
        outer = any(child.type == "type" for child in node.children)
        for child in _walked(node):
            if child.type == "import_specifier":
                name = child.child_by_field_name("alias") or child.child_by_field_name("name")
                is_type = outer or any(each.type == "type" for each in child.children)
                self._import_name(name, scope, is_type=is_type)
            elif child.type == "identifier":
                self._import_name(child, scope, is_type=outer)

    def _import_name(self, name: Node | None, scope: Scope, *, is_type: bool) -> None:
        if name is not None:
            (self.types if is_type else scope.names).add(text_of(name))

    def _import_alias(self, node: Node, scope: Scope) -> None:
        """`import Short = Long.Name`: the long one may be of a namespace that is declared elsewhere."""
        scope.names.update(text_of(child) for child in node.named_children[:1])

    def _export(self, node: Node, scope: Scope) -> None:
        """An export inside a namespace makes no module of the file; one of types may name any type."""
        self.imports = self.imports or not _is_in_namespace(node)
        marks = {child.type for child in node.children}
        if node.child_by_field_name("source") is not None or marks & {"namespace"}:
            return
        if "type" in marks and "export_clause" in marks:
            return
        for child in node.named_children:
            if child.type == "identifier":
                self.exports.append((text_of(child), scope, child))
            else:
                self._waiting.append((child, scope))

    def _export_specifier(self, node: Node, scope: Scope) -> None:
        name = node.child_by_field_name("name")
        if name is not None and not any(child.type == "type" for child in node.children):
            self.exports.append((text_of(name), scope, name))

    def _merge(self, name: str, scope: Scope) -> Scope:
        """The scope that all declarations of one name in one scope share."""
        return self._merged.setdefault((id(scope), name), Scope(scope, scope.function))

    handlers: ClassVar[dict[str, Callable[[Any, Node, Scope], None]]] = {
        **ScopeWalk.handlers,
        **dict.fromkeys(_ERASED, _erased),
        **dict.fromkeys(_TYPES, _type),
        **dict.fromkeys(_MODULES, _namespace),
        "abstract_class_declaration": _abstract_class,
        "function_signature": _signature,
        "as_expression": _as,
        "satisfies_expression": _as,
        "type_assertion": _assertion,
        "enum_declaration": _enum,
        "ambient_declaration": _ambient,
        "import_statement": _import,
        "import_alias": _import_alias,
        "export_statement": _export,
        "export_specifier": _export_specifier,
    }


def _name(node: Node, scope: Scope) -> str:
    """Make the node's own name known, the first part of a dotted one; it is returned."""
    name = node.child_by_field_name("name")
    own = text_of(name).split(".")[0].strip() if name is not None else ""
    for target in (scope, scope.function or scope):
        target.names.update([own] if own else [])
    return own


def _without_comments(node: Node) -> list[Node]:
    return [child for child in node.named_children if child.type != "comment"]


def _declared(node: Node) -> Iterator[Node]:
    """What a `declare` declares; `declare global` declares all that is in its block."""
    waiting = list(node.named_children)
    while waiting:
        child = waiting.pop()
        if child.type in _AROUND:
            waiting.extend(child.named_children)
        else:
            yield child


def _is_quoted(module: Node) -> bool:
    name = module.child_by_field_name("name")
    return name is not None and name.type == "string"


def _is_in_namespace(node: Node) -> bool:
    block = node.parent
    return block is not None and block.parent is not None and block.parent.type in _MODULES


def _walked(node: Node) -> Iterator[Node]:
    """The parts of an import that name something."""
    waiting = list(node.named_children)
    while waiting:
        child = waiting.pop()
        if child.type in {"import_clause", "named_imports", "namespace_import"}:
            waiting.extend(child.named_children)
        elif child.type == "import_require_clause":
            yield from child.named_children[:1]
        else:
            yield child
