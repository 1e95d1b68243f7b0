"""Whether a text does anything, by the language that its name promises."""

from __future__ import annotations

import ast
import json
import re
import tomllib
import warnings
from collections.abc import Callable
from functools import partial

import yaml
from pglast import ast as sql
from tree_sitter import Node

from proposals.gate.languages.brackets import free_text
from proposals.gate.languages.css import count_css_rules
from proposals.gate.languages.html import element_names, is_template
from proposals.gate.languages.identity import Language
from proposals.gate.languages.javascript_emptiness import reason_script_does_nothing
from proposals.gate.languages.sql import parse_sql, walk_nodes
from proposals.gate.languages.trees import parse_tree, text_of, walk

_COMMENTS_ONLY = "There is nothing but comments"
_DEEPEST = 20
_IDLE_SHELL = {"set", ":", "true", "exit", "shopt", "cd"}
_HTML_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# What a page has around what it shows.
_NO_CONTENT = re.compile(
    r"<!doctype[^>]*>|<title>[^<]*</title>|<meta\b[^>]*>|</?(?:html|head|body|div|span|p|main|section|header|footer)>"
    r"|<html\b[^>]*>",
    re.IGNORECASE,
)
_SHOWN = re.compile(r"[^\s]")
_WORDS = re.compile(r"[^\W_]+")
_NO_TEXT = frozenset(["todo", "tbd", "wip", "placeholder", "coming", "soon", "fixme", "lorem", "ipsum"])


def reason_it_does_nothing(text: str, language: Language | None) -> str:
    """One clause that says why nothing happens; empty for a text that does something, or that cannot be read."""
    if not text.strip():
        return "The file is empty"
    check = _CHECKS.get(language) if language else None
    return check(text) if check else ""


def _sql(text: str) -> str:
    parsed = parse_sql(text)
    if parsed.error:
        return ""
    if all(_is_idle_sql(statement.node) for statement in parsed.statements):
        return "There is nothing but transactions and constants" if parsed.statements else _COMMENTS_ONLY
    return ""


def _is_idle_sql(node: sql.Node) -> bool:
    """A transaction of nothing, or a SELECT that reads no table and calls nothing."""
    if isinstance(node, sql.SelectStmt):
        reads = (sql.RangeVar, sql.FuncCall, sql.RangeSubselect, sql.ParamRef)
        return not any(isinstance(inner, reads) for inner in walk_nodes(node))
    return isinstance(node, sql.TransactionStmt)


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
    """Nothing is run, and what is defined has no body. A class with a base, and a decorator, do something."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        has_base = isinstance(node, ast.ClassDef) and bool(node.bases or node.keywords)
        return not has_base and not node.decorator_list and all(_is_idle_python(inner) for inner in node.body)
    if isinstance(node, ast.Expr):
        # A literal alone is a docstring, or a JSON value that got a Python name.
        return not any(isinstance(inner, ast.Call | ast.Await | ast.Yield | ast.YieldFrom) for inner in ast.walk(node))
    if isinstance(node, ast.Return):
        return node.value is None or (isinstance(node.value, ast.Constant) and node.value.value is None)
    if isinstance(node, ast.Raise):
        raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
        return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"
    return isinstance(node, ast.Pass | ast.Import | ast.ImportFrom)


def _shell(text: str) -> str:
    root = parse_tree(text, Language.SHELL).root_node
    statements = [node for node in root.named_children if node.type != "comment"]
    if not statements:
        return _COMMENTS_ONLY
    words = [text_of(node).split(maxsplit=1) for node in statements if node.type == "command"]
    is_idle = len(words) == len(statements) and all(word and word[0] in _IDLE_SHELL for word in words)
    return "There is nothing but settings of the shell" if is_idle else ""


def _only_comments(text: str, language: Language) -> str:
    root = parse_tree(text, language).root_node
    idle = {"comment", root.type, "body", "config_file"}
    return "" if any(node.type not in idle for node in walk(root)) else _COMMENTS_ONLY


def _ruby(text: str) -> str:
    root = parse_tree(text, Language.RUBY).root_node
    if root.has_error:
        return ""
    statements = [node for node in root.named_children if node.type != "comment"]
    if not statements:
        return _COMMENTS_ONLY
    return "There is nothing but empty classes and methods" if all(map(_is_idle_ruby, statements)) else ""


def _is_idle_ruby(node: Node, depth: int = 0) -> bool:
    """A class of its own right, a module or a method without a body. A class with a parent is a new kind of it."""
    if (
        depth > _DEEPEST
        or node.type not in {"class", "module", "method"}
        or node.child_by_field_name("superclass") is not None
    ):
        return False
    body = node.child_by_field_name("body")
    return body is None or all(
        inner.type == "comment" or _is_idle_ruby(inner, depth + 1) for inner in body.named_children
    )


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
    if value in ({}, [], "", None):
        return "The value is empty"
    return "The value is one scalar" if isinstance(value, str | bool | float) else ""


def _toml(text: str) -> str:
    try:
        return "" if tomllib.loads(text) else _COMMENTS_ONLY
    except (ValueError, RecursionError):
        return ""


def _css(text: str) -> str:
    return "" if count_css_rules(text) else "There is no rule with a declaration"


def _html(text: str) -> str:
    bare = _HTML_COMMENT.sub("", text)
    if is_template(bare):
        return ""
    if not element_names(text):
        return "There is no element in the page"
    return "The page shows nothing" if not _SHOWN.search(_NO_CONTENT.sub("", bare)) else ""


def _bracketed(text: str) -> str:
    return "" if free_text(text).strip() else _COMMENTS_ONLY


def _markdown(text: str) -> str:
    words = _WORDS.findall(text.lower())
    return "There is no text" if all(word in _NO_TEXT for word in words) else ""


def _lines(text: str) -> str:
    lines = (line.strip() for line in text.splitlines())
    return "" if any(line and not line.startswith("#") for line in lines) else _COMMENTS_ONLY


_CHECKS: dict[Language, Callable[[str], str]] = {
    Language.SQL: _sql,
    Language.JAVASCRIPT: partial(reason_script_does_nothing, language=Language.JAVASCRIPT),
    Language.TYPESCRIPT: partial(reason_script_does_nothing, language=Language.TYPESCRIPT),
    Language.TSX: partial(reason_script_does_nothing, language=Language.TSX),
    Language.MARKDOWN: _markdown,
    Language.BRACKETED: _bracketed,
    Language.GROOVY: _bracketed,
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
