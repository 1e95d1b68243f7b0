"""Instructions aimed at a model or a reviewer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
from proposals.gate.languages.instructions import hinted_lines, instructions_in
from proposals.gate.languages.negation import is_negated
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject, is_too_large

AIMED = Rule(
    "injection/instruction",
    Level.ERROR,
    Effect.BLOCK,
    "The text tells whoever judges it what to decide",
    "Take the sentence out; the gate reads content, not requests.",
    Raises(likelihood=4, damage=4),
)
SUPPRESSION = Rule(
    "injection/suppression",
    Level.NOTE,
    Effect.NONE,
    "The file switches a checker off for itself",
    "Nothing to do: suppressions inside a file count for nothing here.",
)
_SUPPRESSION = re.compile(
    r"#\s*(?:noqa|nosec|type:\s*ignore|pylint:\s*disable|pragma:\s*no\s*cover|nosemgrep|checkov:skip|tfsec:ignore)"
    r"|//\s*(?:eslint-disable|@ts-ignore|@ts-nocheck|nolint|NOSONAR)"
    r"|/\*\s*(?:eslint-disable|istanbul ignore|stylelint-disable)"
    r"|--\s*squawk-ignore|pragma:\s*allowlist\s*secret|gitleaks:allow|fsar[-_ ](?:ignore|disable|allow|safe)",
    re.IGNORECASE,
)
_OWN_NEGATION = re.compile(r"(?i)^\W*(?:do not|don't|never|must not|should not|no need|stop)\b")
_QUOTED = re.compile(r"[\"“‘'`]$")


@register
class Instructions(Analyzer):
    """Catches sentences that tell a model or a reviewer what to decide, and prompt delimiters, wherever they stand.

    Lets texts about such sentences through: quoted, or named to be refused. Suppressions are noted and do nothing.
    """

    rules = (AIMED, SUPPRESSION)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        if is_too_large(subject.report.proposal, rules):
            return
        known: dict[tuple[str, str], str] = {}
        offset = subject.frame.content_start_line - 1 if subject.frame else 0
        last = offset + len(subject.content_lines)
        hinted, has_suppressions = _where_to_look(subject.report.proposal)
        for number, line in enumerate(subject.report_lines, 1):
            if number not in hinted and not has_suppressions:
                continue
            is_content = subject.frame is not None and offset < number <= last
            region = subject.content_region(number - offset) if is_content else subject.report_region(number)
            following = subject.report_lines[number] if number < len(subject.report_lines) else ""
            said = known.get((line, following)) if number in hinted else ""
            if said is None:
                said = known[line, following] = _said(line, following)
            if said:
                yield Sighting(AIMED, f"The line instructs whoever judges it: {said.strip()[:60]!r}", region)
            suppression = _SUPPRESSION.search(line[:5_000]) if has_suppressions else None
            if suppression:
                yield Sighting(SUPPRESSION, f"{suppression[0][:40]!r} counts for nothing here", region)


def _where_to_look(text: str) -> tuple[frozenset[int], bool]:
    return hinted_lines(text), _SUPPRESSION.search(text) is not None


def _said(line: str, following: str) -> str:
    """The first sentence that instructs and is not only spoken of; empty for none."""
    return next((match[0] for text, match in instructions_in(line, following) if not _is_mentioned(text, match)), "")


def _is_mentioned(text: str, match: re.Match[str]) -> bool:
    """Quoted, or ruled out: "never ignore the safety rules" asks for the opposite."""
    before = text[: match.start()].rstrip()
    is_quoted = bool(_QUOTED.search(text[: match.start()])) and bool(re.match(r".{0,80}?[\"”’'`]", text[match.end() :]))
    is_own_negation = bool(_OWN_NEGATION.search(match[0]))
    is_ruled_out = not is_own_negation and is_negated(text, match.start(), match.end())
    is_described = bool(
        re.search(r"(?i)\b(?:such as|like|e\.g\.|phrases?|says?|text|detect\w*|reject\w*|refus\w*)\W*$", before)
    )
    return is_quoted or is_ruled_out or is_described
