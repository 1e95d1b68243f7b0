"""Secrets in what is proposed."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
from proposals.gate.languages.redaction import find_marks
from proposals.gate.languages.secrets import find_secrets
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject, is_too_large

SECRET = Rule(
    "secret/credential",
    Level.ERROR,
    Effect.UNUSABLE,
    "A credential stands in the text",
    "Revoke it, read it from the environment instead, and submit again without it.",
    Raises(likelihood=4, damage=5),
)
WEAK = Rule(
    "secret/weak-default",
    Level.WARNING,
    Effect.REVIEW,
    "A password is written into the file",
    "Read it from the environment, without a default.",
)

# No credential that a rule knows fits into less.
_SHORTEST = 14
_LONGEST = 20_000


@register
class Secrets(Analyzer):
    """Catches keys of known services, private keys, tokens and database passwords, also base64-encoded up to twice.

    They are masked before any analyzer reads the text, so no message can quote one: this one looks for the marks.
    Lets placeholders through ("your-key-here", "${PASSWORD}", "sk_test_..."), and names of environment variables.
    """

    rules = (SECRET, WEAK)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        offset = subject.frame.content_start_line - 1 if subject.frame else 0
        last = offset + len(subject.content_lines)
        is_read = not is_too_large(subject.report.proposal, rules)
        for number, line in enumerate(subject.report_lines, 1):
            if len(line) < _SHORTEST:
                continue
            is_content = subject.frame is not None and offset < number <= last
            region = subject.content_region(number - offset) if is_content else subject.report_region(number)
            for mark in find_marks(line):
                yield Sighting(SECRET, f"The line held a {mark.kind}, masked here", region)
            if is_read and any(secret.is_weak for secret in find_secrets(line[:_LONGEST])):
                yield Sighting(WEAK, "The line holds a guessable password", region)
        for text in (*subject.report.risks, *subject.report.mitigations):
            for mark in find_marks(text):
                yield Sighting(SECRET, f"A risk or mitigation held a {mark.kind}, masked here")
