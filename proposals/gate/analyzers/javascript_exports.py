"""JavaScript modules that define and hand out nothing."""

from __future__ import annotations

from collections.abc import Iterable

from tree_sitter import Node

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.trees import line_of, parse_tree, text_of, walk
from proposals.gate.subject import Subject

NO_EXPORT = Rule(
    "javascript/no-export",
    Level.WARNING,
    Effect.REVIEW,
    "The module exports nothing of what it defines",
    "Export what other files are to use, or call it here.",
)
_DEFINES = {"function_declaration", "class_declaration", "lexical_declaration", "variable_declaration"}


@register
class JavaScriptExports(FileAnalyzer):
    """Catches modules whose definitions nobody can reach, and routers that are filled and never exported.

    Lets programs through that listen or call something, and scripts that import nothing.
    """

    rules = (NO_EXPORT,)
    languages = frozenset({Language.JAVASCRIPT})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        root = parse_tree(content, Language.JAVASCRIPT).root_node
        if root.has_error or not _imports(root) or _exports(root):
            return
        calls = [node for node in root.named_children if node.type not in {"comment", "import_statement", *_DEFINES}]
        is_router = "Router(" in content and ".listen(" not in content
        line = next((line_of(node) for node in root.named_children if node.type in _DEFINES), 0)
        if line and (not calls or is_router):
            yield Sighting(
                NO_EXPORT, "What the module defines is neither exported nor called", subject.content_region(line)
            )


def _imports(root: Node) -> bool:
    return any(
        node.type == "import_statement" or (node.type == "identifier" and text_of(node) == "require")
        for node in walk(root)
    )


def _exports(root: Node) -> bool:
    return any(
        node.type == "export_statement" or (node.type == "identifier" and text_of(node) in {"module", "exports"})
        for node in walk(root)
    )
