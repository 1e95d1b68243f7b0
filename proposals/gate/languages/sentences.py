"""Lines of code that are sentences of a person."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from proposals.gate.languages.brackets import free_text
from proposals.gate.languages.identity import Language
from proposals.gate.languages.trees import parse_tree, walk

_SENTENCE = re.compile(r"^\s*(?:[A-Z][\w'\u2019-]*|I)[,:]?(?:\s+[\w'\u2019()/,.\u2013-]+){4,}\s*[.:!?]?\s*$")
_SMALL_WORD = re.compile(
    r"\b(?:the|a|an|and|or|to|of|is|are|was|that|this|these|you|your|we|our|it|its|for|with|in|on|by|as|be|been|will|"
    r"would|can|should|not|have|has|if|from)\b"
)
_LEAST_SMALL_WORDS = 2
_LONGEST = 2_000
# What the text of a person may stand in.
_QUOTING = {
    "comment", "string", "template_string", "jsx_text", "regex", "heredoc_body", "heredoc_content", "string_literal",
    "raw_string", "ansi_c_string", "string_content", "heredoc_template", "quoted_template", "heredoc_beginning",
    "string_array", "symbol_array", "uninterpreted", "html_comment", "bare_string",
}  # fmt: skip
_BY_TREE = {Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX, Language.RUBY, Language.SHELL, Language.HCL}
_BY_BRACKETS = {Language.BRACKETED, Language.GROOVY}


def sentences_among_code(text: str, language: Language | None) -> Iterator[tuple[int, str]]:
    """Each line outside comments and strings that reads as a sentence, with its 1-based number."""
    if language in _BY_TREE:
        quoted = _quoted_lines(parse_tree(text, language).root_node)
        lines = ["" if number in quoted else line for number, line in enumerate(text.split("\n"))]
    elif language in _BY_BRACKETS:
        lines = free_text(text).split("\n")
    else:
        return
    for number, line in enumerate(lines, 1):
        if reads_as_sentence(line):
            yield number, line.strip()


def reads_as_sentence(line: str) -> bool:
    """A capital, five words or more, two of them small ones, and no sign that only code has."""
    return len(line) < _LONGEST and bool(_SENTENCE.match(line)) and len(_SMALL_WORD.findall(line)) >= _LEAST_SMALL_WORDS


def _quoted_lines(root: Node) -> set[int]:
    found: set[int] = set()
    for node in walk(root):
        if node.type in _QUOTING:
            found.update(range(node.start_point[0], node.end_point[0] + 1))
    return found
