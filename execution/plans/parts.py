"""The parts of a plan: what a machine runs and what is left to people, each under a key and a signature."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from pglast import parse_sql
from pglast.parser import ParseError
from pglast.stream import RawStream

from execution.plans.actions import Action, actions_of
from execution.plans.sql_fences import SqlFence, sql_fences
from proposals.gate import Rules
from proposals.reports import Report


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to do. ``sql`` is empty for a person's. Lines are 1-based, of the report's proposal.

    ``signature`` is the same for the same SQL however it is laid out, and for the same words in any case.
    """

    text: str
    sql: str
    start_line: int
    end_line: int

    @property
    def key(self) -> str:
        """What names the part within its plan, whose content a decision is bound to."""
        return f"{self.start_line}-{self.end_line}-{'sql' if self.sql else 'person'}"

    @property
    def signature(self) -> str:
        """What names the same action in any plan."""
        said = _normal_sql(self.sql) if self.sql else " ".join(self.text.casefold().split())
        return f"{'sql' if self.sql else 'person'}:{hashlib.sha256(said.encode(errors='replace')).hexdigest()}"


def parts_of(report: Report, rules: Rules) -> tuple[Part, ...]:
    """All parts, those for machines first; a plan without any is one part for a person."""
    fences, actions = sql_fences(report, rules), actions_of(report.proposal)
    found = (*_for_machines(fences, actions), *_for_people(fences, actions))
    return found or (Part("", "", 1, report.proposal.count("\n") + 1),)


def _for_machines(fences: tuple[SqlFence, ...], actions: tuple[Action, ...]) -> Iterator[Part]:
    for fence in fences:
        if not fence.error:
            around = next((action for action in actions if _holds(action, fence)), None)
            yield Part(around.text if around else "SQL of the plan", fence.text, fence.start_line, fence.end_line)


def _for_people(fences: tuple[SqlFence, ...], actions: tuple[Action, ...]) -> Iterator[Part]:
    """One per action that no SQL carries out, and per fence that cannot run."""
    carried_out = [fence for fence in fences if not fence.error]
    for action in actions:
        if not any(_holds(action, fence) for fence in carried_out):
            text = f"{action.section}: {action.text}" if action.section else action.text
            yield Part(text, "", action.start_line, action.end_line)
    for fence in fences:
        if fence.error:
            text = f"SQL that does not parse, so it was not run: {fence.error}. Propose it again, corrected."
            yield Part(text, "", fence.start_line, fence.end_line)


def _holds(action: Action, fence: SqlFence) -> bool:
    return action.start_line <= fence.start_line and fence.end_line <= action.end_line


def _normal_sql(sql: str) -> str:
    try:
        return "; ".join(RawStream()(statement) for statement in parse_sql(sql))
    except (ParseError, NotImplementedError, RecursionError):
        return " ".join(sql.split())
