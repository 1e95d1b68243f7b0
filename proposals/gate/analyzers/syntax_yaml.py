"""YAML syntax."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/yaml",
    Level.ERROR,
    Effect.UNUSABLE,
    "The file is not YAML",
    "Correct the indentation, quotes or tabs and submit again.",
)
NO_CONFIG = Rule(
    "syntax/yaml-scalar",
    Level.ERROR,
    Effect.UNUSABLE,
    "The file is one piece of text, not a configuration",
    "Write a mapping or a list at the top level.",
)
ALIASES = Rule(
    "syntax/yaml-aliases",
    Level.ERROR,
    Effect.UNUSABLE,
    "The file's aliases or nesting would not end",
    "Write the values out instead of repeating them through anchors.",
)
_MAX_DEPTH = 100
_MAX_ALIASES = 200


@register
class YamlSyntax(FileAnalyzer):
    """Catches what YAML refuses, a scalar at the top, and alias bombs. Expands no alias and builds no object.

    Lets unknown tags through: CloudFormation and others define their own.
    """

    rules = (SYNTAX, NO_CONFIG, ALIASES)
    languages = frozenset({Language.YAML})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        try:
            yield from _judge(subject, content)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            problem = error.problem or error.context or "cannot be read"
            yield Sighting(SYNTAX, f"YAML: {problem}", subject.content_region(mark.line + 1 if mark else 1))
        except yaml.YAMLError as error:
            yield Sighting(SYNTAX, f"YAML: {error}")


def _judge(subject: Subject, content: str) -> Iterable[Sighting]:
    depth = aliases = documents = 0
    anchors: set[str | None] = set()
    top: list[yaml.Event] = []
    for event in yaml.parse(content.encode("utf-8", "replace"), Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            anchors.clear()
        if isinstance(event, yaml.AliasEvent):
            aliases += 1
            if event.anchor not in anchors:
                said = f"YAML: the alias *{event.anchor} has no anchor"
                yield Sighting(SYNTAX, said, subject.content_region(_line(event)))
        elif isinstance(event, yaml.NodeEvent):
            anchors.add(event.anchor)
            if depth == 0:
                top.append(event)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_DEPTH or aliases > _MAX_ALIASES:
            yield Sighting(ALIASES, "YAML: nested or aliased beyond reading", subject.content_region(_line(event)))
            return
    yield from _tops(subject, top, documents)


def _tops(subject: Subject, top: list[yaml.Event], documents: int) -> Iterable[Sighting]:
    for event in top:
        if isinstance(event, yaml.ScalarEvent):
            if documents > 1 and not event.value:
                continue
            region = subject.content_region(_line(event))
            yield Sighting(NO_CONFIG, "YAML: the document is one scalar", region)
            return


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
