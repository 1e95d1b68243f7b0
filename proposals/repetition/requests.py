"""What a report asks for, as keys that are the same however a plan puts it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from proposals.gate import Rules
from proposals.gate.languages.column_requests import column_requests
from proposals.gate.languages.sql import parse_sql, sql_texts
from proposals.gate.languages.sql_effects import changes_of
from proposals.gate.subject import Subject
from proposals.reports import Report

MOST = 40
KEY_LENGTH = 200
_TITLE = re.compile(
    r"^\s{0,12}(?:(?:[-*+]|\d{1,3}[.)])\s+)?(?:#{1,6}\s+)?(?:\d{1,3}[.)]\s*)?\*\*(.{3,120}?)\*\*"
    r"|^#{1,6}\s+(.{3,120})$"
)
_WORD = re.compile(r"[a-z][a-z0-9]*")
_ENDING = re.compile(r"(?:i[sz]ations?|i[sz]ing|i[sz]ed?|ations?|ments?|ings?|ions?|ies|ers?|ed|es|s|e|y|al)$")
_EMPTY_WORDS = frozenset({
    "a", "an", "and", "any", "the", "for", "of", "in", "on", "to", "with", "by", "or", "our", "your", "all", "its",
    "this", "that", "into", "from", "via", "is", "are", "be", "as", "at", "it", "we", "per", "action", "actions",
    "actionable", "step", "steps", "phase", "issue", "issues", "improvement", "improvements", "improve",
    "improving", "enhance", "enhanced", "enhancing", "enhancement", "better", "new", "specific", "key",
    "additional", "implement", "implementing", "implementation", "develop", "ensure", "ensuring", "address",
    "addressing", "existing", "current", "fix", "fixing", "fixes", "update", "updates", "updating", "immediate",
    "immediately", "short", "long", "term", "plan", "plans", "strategy", "strategies", "more", "using", "use",
    "summary", "conclusion", "recommendation", "recommendations", "area", "areas", "suggestion", "suggestions",
    "proposed", "overall", "general",
})  # fmt: skip


class RequestKind(StrEnum):
    """EFFECT: what a database would hold afterwards. TITLE: what an item of a plan is called."""

    EFFECT = "effect"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Request:
    """One thing asked for. Equal keys ask for the same; ``words`` are for people; ``line`` is 1-based."""

    kind: RequestKind
    key: str
    words: str
    line: int


def requests_of(report: Report, rules: Rules) -> tuple[Request, ...]:
    """What the report asks for, effects first, each key once, at most 40."""
    subject = Subject.of(report)
    found: dict[str, Request] = {}
    for request in _requests(subject, rules):
        found.setdefault(request.key, request)
    return tuple(list(found.values())[:MOST])


def _requests(subject: Subject, rules: Rules) -> Iterator[Request]:
    for text in sql_texts(subject, rules):
        for statement in parse_sql(text.text).statements:
            for change in changes_of((statement,)):
                yield _effect(change.does, text.first_line + statement.start_line - 1)
    if subject.is_plan:
        for asked in column_requests(subject.report_lines):
            yield _effect(f"add column {asked.table or '?'}.{asked.column}", asked.line)
        yield from _titles(subject.report_lines)


def _effect(does: str, line: int) -> Request:
    words = " ".join(does.replace("public.", "").split())[:KEY_LENGTH]
    return Request(RequestKind.EFFECT, words.lower(), words, line)


def _titles(lines: Iterable[str]) -> Iterator[Request]:
    for number, line in enumerate(lines, 1):
        match = _TITLE.match(line[:200])
        title = (match[1] or match[2]).strip(" *:#0123456789.)") if match else ""
        stems = sorted({_stem(word) for word in _WORD.findall(title.lower()) if word not in _EMPTY_WORDS})
        if len(stems) > 1:  # a single word such as "Caching" says too little to be the same request
            yield Request(RequestKind.TITLE, f"do {' '.join(stems)}"[:KEY_LENGTH], title, number)


def _stem(word: str) -> str:
    """ "optimization", "optimizing" and "optimize" are one word here."""
    stem = _ENDING.sub("", word)
    return stem if len(stem) > 2 else word
