"""Sentences among the code that the grammar takes for code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tree_sitter import Node

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.sentences import sentences_among_code
from proposals.gate.languages.trees import line_of, parse_tree, text_of, walk
from proposals.gate.subject import Subject

SENTENCE = Rule(
    "identity/prose-line",
    Level.ERROR,
    Effect.UNUSABLE,
    "A sentence stands among the code",
    "Put the sentence into a comment, or leave it out.",
)
_JAVASCRIPTS = {Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX}
_LOOPS = {"for_statement", "for_in_statement", "while_statement", "do_statement", "statement_block", "switch_statement"}
_SHOWN = 5


@register
class ProseLines(FileAnalyzer):
    """Catches sentences that a grammar accepts: as commands of a shell, calls of Ruby, or between brackets.

    `Explanation:` in front of a statement is a label of JavaScript: one that nothing jumps to is a headline. Lets
    through comments, strings, here-documents and the text of JSX.
    """

    rules = (SENTENCE,)

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        seen = [*sentences_among_code(content, subject.language)][:_SHOWN]
        yield from (
            Sighting(SENTENCE, f"A sentence: {said[:60]!r}", subject.content_region(line)) for line, said in seen
        )
        if subject.language in _JAVASCRIPTS and ":" in content:
            for label in _idle_labels(parse_tree(content, subject.language).root_node):
                said = f"{text_of(label)}: is a headline, not code"
                yield Sighting(SENTENCE, said, subject.content_region(line_of(label)))


def _idle_labels(root: Node) -> Iterator[Node]:
    """Labels that nothing jumps to, but small ones of a loop: those were once of use."""
    if root.has_error:
        return
    labels: list[tuple[Node, Node]] = []
    used: set[str] = set()
    for node in walk(root):
        if node.type == "labeled_statement":
            label, body = node.child_by_field_name("label"), node.child_by_field_name("body")
            labels += [(label, body)] if label is not None and body is not None else []
        elif node.type in {"break_statement", "continue_statement"}:
            used.update(text_of(child) for child in node.named_children)
    for label, body in labels:
        is_old = body.type in _LOOPS and text_of(label).islower()
        if text_of(label) not in used | {"$"} and not is_old:
            yield label
