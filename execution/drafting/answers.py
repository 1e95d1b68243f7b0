"""A model's answer, taken as the untrusted text it is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from execution.models import ExecutionTask
from proposals.reports import ProposalType, opportunity_of, parse_file_frame

LONGEST_ANSWER = 1_000_000
MOST_ITEMS = 20
_LONGEST_ITEM = 500


class UnusableAnswer(Exception):
    """The model answered something that is no draft; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Drafted:
    """The parts of a report that a model wrote."""

    proposal: str
    risks: tuple[str, ...]
    mitigations: tuple[str, ...]


def read_answer(text: str, source: ExecutionTask) -> Drafted:
    """The draft in an answer, framed as a proposal. Raises UnusableAnswer.

    A draft of an idea is an `idea_implementation`; of an action, a file or a `self_improvement`.
    """
    given = _json_of(text)
    path, content = given.get("path"), given.get("content")
    if not isinstance(content, str) or not content.strip():
        raise UnusableAnswer("its answer holds no content")
    opportunity = source.proposal.opportunity.name if source.proposal.opportunity else None
    if path is None:
        proposal = _plan(content, opportunity, source)
    elif isinstance(path, str):
        proposal = _file(path, content, opportunity)
    else:
        raise UnusableAnswer("the path in its answer is no text")
    return Drafted(proposal, _items(given, "risks"), _items(given, "mitigations"))


def _json_of(text: str) -> dict[str, Any]:
    """The object between the first brace and the last: many models wrap it in a fence."""
    if len(text) > LONGEST_ANSWER:
        raise UnusableAnswer(f"its answer has more than {LONGEST_ANSWER} characters")
    try:
        given = json.loads(text[text.index("{") : text.rindex("}") + 1], strict=False)
    except (ValueError, RecursionError) as error:
        raise UnusableAnswer("its answer is not the JSON object that was asked for") from error
    if not isinstance(given, dict):
        raise UnusableAnswer("its answer is not the JSON object that was asked for")
    return given


def _file(path: str, content: str, opportunity: str | None) -> str:
    tail = f"\n\nThis is for opportunity: {opportunity}\nA model drafted it." if opportunity else ""
    proposal = (
        f"{ProposalType.IDEA_IMPLEMENTATION}: Create or update the file {path} with this complete content:"
        f"\n\n{content}{tail}"
    )
    frame = parse_file_frame(proposal)
    if frame is None or (frame.path, frame.content, frame.opportunity) != (path, content, opportunity):
        raise UnusableAnswer("its file cannot be framed: the path or the content imitates the frame")
    return proposal


def _plan(content: str, opportunity: str | None, source: ExecutionTask) -> str:
    is_idea = source.kind == ExecutionTask.Kind.IDEA
    kind = ProposalType.IDEA_IMPLEMENTATION if is_idea else ProposalType.SELF_IMPROVEMENT
    tail = f"\n\nThis is for opportunity: {opportunity}" if opportunity else ""
    proposal = f"{kind}: {content}{tail}"
    if parse_file_frame(proposal) or opportunity_of(proposal) != opportunity:
        raise UnusableAnswer("its plan imitates the frame of a file, or names an opportunity of its own")
    return proposal


def _items(given: dict[str, Any], name: str) -> tuple[str, ...]:
    """One line each, as the report asks; what is no text is left out."""
    found = given.get(name)
    lines = [" ".join(each.split())[:_LONGEST_ITEM] for each in found if isinstance(each, str)] if found else []
    return tuple(line for line in lines if line)[:MOST_ITEMS] or ("The model named none.",)
