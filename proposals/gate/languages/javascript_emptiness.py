"""Whether a script or module does anything, in JavaScript and TypeScript."""

from __future__ import annotations

from tree_sitter import Node

from proposals.gate.languages.identity import Language
from proposals.gate.languages.trees import parse_tree, text_of, walk

_FUNCTIONS = {
    "function_declaration", "generator_function_declaration", "arrow_function", "function_expression",
    "method_definition",
}  # fmt: skip
_CLASSES = {"class_declaration", "class"}
_IDLE = {"comment", "empty_statement", "hash_bang_line", "html_comment"}
_NAMES = {"identifier", "shorthand_property_identifier"}
_DEEPEST = 20
_JSX = {"jsx_element", "jsx_self_closing_element", "jsx_fragment"}


def reason_script_does_nothing(text: str, language: Language) -> str:
    """One clause that says why nothing happens; empty for a text that does something, or that cannot be read.

    Types, interfaces and declarations of TypeScript are for others to use, so they do something.
    """
    root = parse_tree(text, language).root_node
    if root.has_error:
        return ""
    statements = [node for node in root.named_children if node.type not in _IDLE]
    if not statements:
        return "There is nothing but comments"
    if all(_is_idle(node) for node in statements):
        return "There is nothing but imports, directives and empty functions"
    if all(_is_idle(node) or _only_defines(node) for node in statements) and _is_closed_module(root):
        return "What it defines is neither exported nor called"
    return ""


def reason_exports_are_hollow(text: str, language: Language) -> str:
    """One clause for a module that exports nothing but empty objects, functions and classes; empty for any other."""
    root = parse_tree(text, language).root_node
    statements = [node for node in root.named_children if node.type not in _IDLE]
    if root.has_error or not statements:
        return ""
    known = {name for node in statements for name in _idle_names(node)}
    is_hollow = all(_is_idle(node) or _is_hollow_export(node) or _hands_out(node, known) for node in statements)
    return "What the module exports has no body" if is_hollow else ""


def _only_defines(node: Node) -> bool:
    if node.type in {"lexical_declaration", "variable_declaration"}:
        values = [item.child_by_field_name("value") for item in node.named_children]
        return all(value is not None and (value.type in _FUNCTIONS or _is_idle_value(value)) for value in values)
    return node.type in {*_FUNCTIONS, "class_declaration"}


def _is_closed_module(root: Node) -> bool:
    """It imports, so it is no script whose functions a page could call, and it hands nothing out."""
    names = {text_of(node) for node in walk(root) if node.type == "identifier"}
    imports = "require" in names or any(node.type == "import_statement" for node in root.named_children)
    return imports and not names & {"module", "exports", "window", "globalThis", "global"}


def _is_idle(node: Node) -> bool:
    if node.type == "import_statement":
        return any(child.type == "import_clause" for child in node.named_children)
    if node.type in {"lexical_declaration", "variable_declaration"}:
        return all(_is_idle_value(item.child_by_field_name("value")) for item in node.named_children)
    if node.type == "expression_statement":
        return node.named_child_count == 1 and node.named_children[0].type in {"string", *_JSX}
    return _is_empty(node)


def _is_hollow_export(node: Node) -> bool:
    handed = node.child_by_field_name("declaration") or node.child_by_field_name("value")
    return node.type == "export_statement" and handed is not None and (_is_idle(handed) or _is_empty(handed))


def _is_idle_value(value: Node | None) -> bool:
    """A require, or part of one, or a function without a body."""
    if value is None or _is_empty(value):
        return True
    while value.type == "member_expression":
        value = value.child_by_field_name("object") or value
    if value.type != "call_expression":
        return False
    called = value.child_by_field_name("function")
    return called is not None and text_of(called) == "require"


def _is_empty(node: Node, depth: int = 0) -> bool:
    """A function whose body holds comments at most, or a class of such methods that extends nothing."""
    body = node.child_by_field_name("body")
    if body is None or depth > _DEEPEST:
        return False
    inner = [child for child in body.named_children if child.type != "comment"]
    if node.type in _CLASSES:
        is_child = any(child.type == "class_heritage" for child in node.children)
        return not is_child and all(_is_empty(child, depth + 1) for child in inner)
    if node.type not in _FUNCTIONS or body.type != "statement_block":
        return False
    # The parameter properties of TypeScript's constructors are fields.
    return not inner and not any(part.type == "accessibility_modifier" for part in walk(node))


def _idle_names(node: Node) -> list[str]:
    """The names of what is defined and has no body."""
    if node.type in {"lexical_declaration", "variable_declaration"}:
        items = [(item.child_by_field_name("name"), item.child_by_field_name("value")) for item in node.named_children]
    else:
        items = [(node.child_by_field_name("name"), node)]
    return [text_of(name) for name, value in items if name is not None and value is not None and _is_empty(value)]


def _hands_out(node: Node, known: set[str]) -> bool:
    """`module.exports = …` or `export { … }` of nothing but names in `known` and functions without a body."""
    if node.type == "export_statement":
        clause = next((child for child in node.named_children if child.type == "export_clause"), None)
        names = [text_of(item.child_by_field_name("name") or item) for item in clause.named_children] if clause else []
        value = node.child_by_field_name("value")
        return (clause is not None and set(names) <= known) or (value is not None and text_of(value) in known)
    if node.type != "expression_statement" or not node.named_children:
        return False
    assignment = node.named_children[0]
    target, value = assignment.child_by_field_name("left"), assignment.child_by_field_name("right")
    if assignment.type != "assignment_expression" or target is None or value is None:
        return False
    is_export = text_of(target) == "module.exports" or text_of(target).startswith(("exports.", "module.exports."))
    return is_export and _is_bodiless(value, known)


def _is_bodiless(value: Node, known: set[str]) -> bool:
    waiting = [value]
    while waiting:
        node = waiting.pop()
        if node.type == "object":
            waiting.extend(part for part in node.named_children if part.type != "comment")
        elif node.type == "pair":
            inner = node.child_by_field_name("value")
            waiting.extend([inner] if inner is not None else [])
        elif not (node.type in _NAMES and text_of(node) in known) and not _is_empty(node):
            return False
    return True
