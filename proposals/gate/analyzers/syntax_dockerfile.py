"""Dockerfile syntax."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.trees import first_error, parse_tree, said_of
from proposals.gate.subject import Subject

SYNTAX = Rule(
    "syntax/dockerfile",
    Level.ERROR,
    Effect.UNUSABLE,
    "Docker cannot build from the file",
    "Begin with FROM, and begin each instruction with its keyword.",
)
_WORDS = "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER"
_KEYWORDS = frozenset([*_WORDS.split(), "VOLUME", "WORKDIR"])
_HEREDOC = re.compile(r"<<-?[\"']?(\w+)[\"']?")
_FLAGS = re.compile(r"^(?:--\w+(?:=\S+)?\s+)+")
_LONGEST = 200
_MAY_COME_FIRST = {"FROM", "ARG"}


@register
class DockerfileSyntax(FileAnalyzer):
    """Catches unknown instructions, instructions without arguments, and a first one that is not FROM.

    Lets continuation lines, comments between them and here-documents through unread.
    """

    rules = (SYNTAX,)
    languages = frozenset({Language.DOCKERFILE})

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        has_base = False
        for number, line in _instructions(subject.content_lines):
            word, _blank, rest = line.partition(" ")
            region = subject.content_region(number)
            if word.upper() not in _KEYWORDS or not rest.strip():
                yield Sighting(SYNTAX, f"{line[:60]!r} is no instruction", region)
                return
            if not has_base and word.upper() not in _MAY_COME_FIRST:
                yield Sighting(SYNTAX, f"{word.upper()} stands before FROM", region)
                return
            problem = _shell_problem(rest) if word.upper() == "RUN" else ""
            if problem:
                yield Sighting(SYNTAX, f"RUN: {problem}", region)
                return
            has_base = has_base or word.upper() == "FROM"


def _shell_problem(command: str) -> str:
    """What a shell refuses in the command; nothing for the JSON form and for here-documents."""
    text = _FLAGS.sub("", command.strip())
    if text.startswith("[") or "<<" in text:
        return ""
    node = first_error(parse_tree(text, Language.SHELL))
    return said_of(node) if node is not None else ""


def _instructions(lines: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """Each instruction's first line, with its number."""
    is_continued, until = False, ""
    for number, line in enumerate(lines, 1):
        stripped = line.strip()
        if until:
            until = "" if stripped == until else until
            continue
        if not stripped or stripped.startswith("#"):
            continue
        if not is_continued:
            whole = _joined(lines[number - 1 :])
            yield number, whole.replace("\t", " ")
            heredoc = _HEREDOC.search(stripped)
            until = heredoc[1] if heredoc and not stripped.endswith("\\") else ""
        is_continued = stripped.endswith("\\")


def _joined(lines: tuple[str, ...]) -> str:
    """The instruction that begins here, its continuation lines joined and the comments between them left out."""
    parts: list[str] = []
    for line in lines[:_LONGEST]:
        stripped = line.strip()
        if parts and (not stripped or stripped.startswith("#")):
            continue
        parts.append(stripped.removesuffix("\\"))
        if not stripped.endswith("\\"):
            break
    return " ".join(parts)
