"""The truth object: what a proposal takes for granted, does not know, and claims.

Everything is a statement of the content's own, with its line. A claim is falsifiable: it says what would be seen if
it were wrong. Its confidence halves with every half-life that passes without a check, since the system it speaks of
changes meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pglast import ast

from proposals.gate.findings import CONTENT, one_line
from proposals.gate.languages.column_requests import column_requests
from proposals.gate.languages.paragraphs import Passage, sentences_in
from proposals.gate.languages.sql import parse_sql, sql_texts
from proposals.gate.languages.sql_effects import name_of
from proposals.gate.languages.sql_questions import missing_column_check
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject, is_too_large

_MOST = 8
_LONGEST = 280
_ASSUMES = re.compile(
    r"\b(?:assum(?:e|es|ing|ption)|given that|since the|suggests?(?: that)?|seems?|appears? to|likely|presumably"
    r"|indicates? (?:that|a)|due to)\b",
    re.IGNORECASE,
)
_UNKNOWN = re.compile(
    r"\b(?:if (?:it|they|this|any|possible|necessary|applicable|needed|available|not)\b"
    r"|(?:this|it|issues?|errors?|problems?) (?:might|may|could) be|unclear|unknown|either|whether"
    r"|to be (?:determined|decided)|tbd|appropriate (?:data )?type|where (?:possible|applicable|appropriate)"
    r"|where it makes sense)\b",
    re.IGNORECASE,
)
_CLAIMS = re.compile(
    r"\b(?:will (?:not |also |only |help |allow |ensure |prevent |reduce |improve |increase |enhance |provide )+"
    r"|does not exist|do not exist|is missing|are missing|is causing|(?:can|will) be resolved by"
    r"|prevents\b|guarantees\b|reduces\b|eliminates\b)",
    re.IGNORECASE,
)
_HEDGED = re.compile(r"\b(?:might|could|may|likely|seems?|potential(?:ly)?|should|help|possibly)\b", re.IGNORECASE)
_ABSOLUTE = re.compile(
    r"\b(?:all|always|never|any|every|guarantees?|eliminates?|seamless(?:ly)?|fully)\b", re.IGNORECASE
)
_NUMBER = re.compile(r"\d+(?:\.\d+)?\s*(?:%|percent|ms|seconds?|minutes?|hours?|days?|times|x\b)")
_OBSERVED = re.compile(r"\b(?:does not exist|do not exist|is missing|are missing|is causing|error)\b", re.IGNORECASE)
_MARKET = re.compile(
    r"\b(?:customers?|users?|revenue|conver\w+|pric\w+|sales|market|engag\w+|retention)\b", re.IGNORECASE
)
_SPEED = re.compile(
    r"\b(?:perform\w*|latenc\w+|duration|speed|fast\w*|response times?|throughput|bottleneck\w*)\b", re.IGNORECASE
)
_SCHEMA_DAYS, _SYSTEM_DAYS, _SPEED_DAYS, _MARKET_DAYS = 7, 14, 30, 90


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of the content's own and the 1-based line it stands on, in `artifact`."""

    text: str
    artifact: str
    line: int


@dataclass(frozen=True, slots=True)
class Claim:
    """A statement that can be shown to be wrong. `confidence` is 0..1 on the day of the assessment."""

    text: str
    artifact: str
    line: int
    confidence: float
    half_life_days: int
    falsified_by: str


@dataclass(frozen=True, slots=True)
class Truth:
    """At most eight of each, in the order of the content."""

    assumptions: tuple[Statement, ...] = ()
    unknowns: tuple[Statement, ...] = ()
    claims: tuple[Claim, ...] = ()

    def as_dict(self) -> dict[str, list[dict[str, Any]]]:
        """JSON types only; a kind without a statement has no key."""
        kinds: dict[str, tuple[Any, ...]] = {
            "assumptions": self.assumptions,
            "unknowns": self.unknowns,
            "claims": self.claims,
        }
        return {name: [asdict(each) for each in found] for name, found in kinds.items() if found}

    @classmethod
    def from_dict(cls, stored: Mapping[str, list[dict[str, Any]]]) -> Truth:
        """What `as_dict` wrote. Raises TypeError for anything else."""
        return cls(
            tuple(Statement(**each) for each in stored.get("assumptions", ())),
            tuple(Statement(**each) for each in stored.get("unknowns", ())),
            tuple(Claim(**each) for each in stored.get("claims", ())),
        )


def confidence_at(confidence: float, half_life_days: float, age_days: float) -> float:
    """c · 2^(−Δt / half-life): exponential decay, as of radioactive matter (Rutherford and Soddy, 1902).

    Half of the confidence is gone after one half-life, three quarters after two. An age below 0 counts as 0.
    """
    return float(confidence * 2.0 ** (-max(age_days, 0.0) / half_life_days))


def truth_of(subject: Subject, rules: Rules) -> Truth:
    """What the content states: a plan's sentences, and what SQL takes for granted of its database."""
    if is_too_large(subject.report.proposal, rules):
        return Truth()
    assumptions = list(_sql_assumptions(subject, rules))
    unknowns: list[Statement] = []
    claims: list[Claim] = list(_column_claims(subject)) if subject.is_plan else []
    for sentence in sentences_in(subject.report_lines) if subject.is_plan else ():
        if _ASSUMES.search(sentence.text):
            assumptions.append(_statement(sentence))
        if _UNKNOWN.search(sentence.text):
            unknowns.append(_statement(sentence))
        if _CLAIMS.search(sentence.text) and not sentence.text.endswith("?"):
            claims.append(_claim(sentence))
    return Truth(_first(assumptions), _first(unknowns), _first(claims))


def _first(found: list[Any]) -> tuple[Any, ...]:
    """The first eight that differ; a plan's lines are in order already."""
    different: dict[str, Any] = {}
    for each in found:
        different.setdefault(each.text, each)
    return tuple(different.values())[:_MOST]


def _statement(sentence: Passage) -> Statement:
    return Statement(one_line(sentence.text, _LONGEST), "report", sentence.line)


def _claim(sentence: Passage) -> Claim:
    text = sentence.text
    return Claim(
        text=one_line(text, _LONGEST),
        artifact="report",
        line=sentence.line,
        confidence=_confidence(text),
        half_life_days=_half_life(text),
        falsified_by=_falsifier(text),
    )


def _confidence(text: str) -> float:
    """0.5, more for what an error showed or a number bounds, less for hedges and for absolute words."""
    confidence = 0.5
    confidence += 0.3 if _OBSERVED.search(text) else 0.0
    confidence += 0.1 if _NUMBER.search(text) else 0.0
    confidence -= 0.15 if _HEDGED.search(text) else 0.0
    confidence -= 0.15 if _ABSOLUTE.search(text) else 0.0
    return round(min(max(confidence, 0.05), 0.95), 2)


def _half_life(text: str) -> int:
    """Days: a log line about a schema is stale within a week, what customers do changes by the quarter."""
    if _OBSERVED.search(text):
        return _SCHEMA_DAYS
    if _SPEED.search(text):
        return _SPEED_DAYS
    return _MARKET_DAYS if _MARKET.search(text) else _SYSTEM_DAYS


def _falsifier(text: str) -> str:
    if _OBSERVED.search(text):
        return "Ask the running system: the error does not occur today, or the object is there."
    if number := _NUMBER.search(text):
        return f"Measure before and after: the difference falls short of {number[0]}."
    if _SPEED.search(text):
        return "Measure the same duration before and after: it did not fall."
    if _MARKET.search(text):
        return "Compare with the weeks before, or with those who did not get it: no difference."
    return "Name what should differ afterwards, and look: it does not."


def _column_claims(subject: Subject) -> Iterator[Claim]:
    for asked in column_requests(subject.report_lines):
        yield Claim(
            text=f"The column {asked.column}{f' of {asked.table}' if asked.table else ''} does not exist.",
            artifact="report",
            line=asked.line,
            confidence=0.8,
            half_life_days=_SCHEMA_DAYS,
            falsified_by=f"This gives false: {missing_column_check(asked.table, asked.column)}",
        )


def _sql_assumptions(subject: Subject, rules: Rules) -> Iterator[Statement]:
    """A statement of SQL states what it needs: that its table is there, or is not."""
    for text in sql_texts(subject, rules):
        created: set[str] = set()
        place = subject.content_region if text.artifact == CONTENT else subject.report_region
        for statement in parse_sql(text.text).statements:
            line = place(text.first_line + statement.start_line - 1).start_line
            for said in _needs(statement.node, created):
                yield Statement(said, text.artifact, line)


def _needs(node: ast.Node, created: set[str]) -> Iterable[str]:
    name = name_of(getattr(node, "relation", None))
    match node:
        case ast.CreateStmt():
            created.add(name)
            state = "is absent, or already as written here" if node.if_not_exists else "does not exist yet"
            yield f"The table {name} {state}."
        case ast.AlterTableStmt() | ast.IndexStmt() | ast.InsertStmt() | ast.UpdateStmt() | ast.DeleteStmt():
            if name not in created:
                yield f"The table {name} exists, with the columns that are used here."
