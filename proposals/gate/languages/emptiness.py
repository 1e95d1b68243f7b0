"""Whether a text does anything, by the language that its name promises."""

from __future__ import annotations

import ast
import json
import tomllib
import warnings
from collections.abc import Callable

import yaml
from tree_sitter import Node

from proposals.gate.languages.css import count_css_rules
from proposals.gate.languages.html import element_names, is_template
from proposals.gate.languages.identity import Language
from proposals.gate.languages.sql import parse_sql
from proposals.gate.languages.trees import parse_tree, text_of, walk

_COMMENTS_ONLY = "There is nothing but comments"
_FUNCTIONS = {"function_declaration", "generator_function_declaration", "arrow_function", "function_expression"}
_IDLE_JS = {"comment", "empty_statement", "hash_bang_line", "html_comment"}


def reason_it_does_nothing(text: str, language: Language | None) -> str:
    """One clause that says why nothing happens; empty for a text that does something, or that cannot be read."""
    if not text.strip():
        return "The file is empty"
    check = _CHECKS.get(language) if language else None
    return check(text) if check else ""


def _sql(text: str) -> str:
    parsed = parse_sql(text)
    return "" if parsed.error or parsed.statements else _COMMENTS_ONLY


def _javascript(text: str) -> str:
    root = parse_tree(text, Language.JAVASCRIPT).root_node
    if root.has_error:
        return ""
    statements = [node for node in root.named_children if node.type not in _IDLE_JS]
    if not statements:
        return _COMMENTS_ONLY
    if all(_is_idle(node) for node in statements):
        return "There is nothing but imports, directives and empty functions"
    if all(_is_idle(node) or _only_defines(node) for node in statements) and _is_closed_module(root):
        return "What it defines is neither exported nor called"
    return ""


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
        return node.named_child_count == 1 and node.named_children[0].type == "string"
    return _is_empty_function(node)


def _is_idle_value(value: Node | None) -> bool:
    """A require, or part of one, or a function without a body."""
    if value is None or _is_empty_function(value):
        return True
    while value.type == "member_expression":
        value = value.child_by_field_name("object") or value
    if value.type != "call_expression":
        return False
    called = value.child_by_field_name("function")
    return called is not None and text_of(called) == "require"


def _is_empty_function(node: Node) -> bool:
    body = node.child_by_field_name("body") if node.type in _FUNCTIONS else None
    return (
        body is not None
        and body.type == "statement_block"
        and all(child.type == "comment" for child in body.named_children)
    )


def _python(text: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            body = ast.parse(text).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    if not body:
        return _COMMENTS_ONLY
    return "There is nothing but imports and empty functions" if all(_is_idle_python(node) for node in body) else ""


def _is_idle_python(node: ast.stmt) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return all(_is_idle_python(inner) for inner in node.body) and not node.decorator_list
    if isinstance(node, ast.Expr):
        # A literal alone is a docstring, or a JSON value that got a Python name.
        return not any(isinstance(inner, ast.Call | ast.Await | ast.Yield | ast.YieldFrom) for inner in ast.walk(node))
    return isinstance(node, ast.Pass | ast.Import | ast.ImportFrom)


def _shell(text: str) -> str:
    return _only_comments(text, Language.SHELL)


def _only_comments(text: str, language: Language) -> str:
    root = parse_tree(text, language).root_node
    idle = {"comment", root.type, "body", "config_file"}
    return "" if any(node.type not in idle for node in walk(root)) else _COMMENTS_ONLY


def _ruby(text: str) -> str:
    return _only_comments(text, Language.RUBY)


def _hcl(text: str) -> str:
    return _only_comments(text, Language.HCL)


def _yaml(text: str) -> str:
    try:
        events = yaml.parse(text.encode("utf-8", "replace"), Loader=yaml.CSafeLoader)
        has_value = any(
            isinstance(event, yaml.CollectionStartEvent) or (isinstance(event, yaml.ScalarEvent) and event.value)
            for event in events
        )
    except yaml.YAMLError:
        return ""
    return "" if has_value else _COMMENTS_ONLY


def _json(text: str) -> str:
    try:
        value = json.loads(text, parse_int=str)
    except (ValueError, RecursionError):
        return ""
    return "The value is empty" if value in ({}, [], "", None) else ""


def _toml(text: str) -> str:
    try:
        return "" if tomllib.loads(text) else _COMMENTS_ONLY
    except (ValueError, RecursionError):
        return ""


def _css(text: str) -> str:
    return "" if count_css_rules(text) else "There is no rule with a declaration"


def _html(text: str) -> str:
    return "" if element_names(text) or is_template(text) else "There is no element in the page"


def _lines(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return "" if any(line and not line.startswith("#") for line in lines) else _COMMENTS_ONLY


_CHECKS: dict[Language, Callable[[str], str]] = {
    Language.SQL: _sql,
    Language.JAVASCRIPT: _javascript,
    Language.PYTHON: _python,
    Language.SHELL: _shell,
    Language.RUBY: _ruby,
    Language.HCL: _hcl,
    Language.YAML: _yaml,
    Language.JSON: _json,
    Language.TOML: _toml,
    Language.CSS: _css,
    Language.HTML: _html,
    Language.DOCKERFILE: _lines,
    Language.DOTENV: _lines,
}
