"""Secrets in what is proposed."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
from proposals.gate.languages.secrets import secrets_in
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject, is_too_large

SECRET = Rule(
    "secret/credential",
    Level.ERROR,
    Effect.BLOCK,
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


@register
class Secrets(Analyzer):
    """Catches keys of known services, private keys, tokens and database passwords, also base64-encoded up to twice.

    The message names the kind and never the value. Lets placeholders through ("your-key-here", "${PASSWORD}",
    "sk_test_..."), and names of environment variables.
    """

    rules = (SECRET, WEAK)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        if is_too_large(subject.report.proposal, rules):
            return
        offset = subject.frame.content_start_line - 1 if subject.frame else 0
        last = offset + len(subject.content_lines)
        for number, line in enumerate(subject.report_lines, 1):
            if len(line) < _SHORTEST:
                continue
            is_content = subject.frame is not None and offset < number <= last
            region = subject.content_region(number - offset) if is_content else subject.report_region(number)
            for secret in secrets_in(line):
                yield Sighting(WEAK if secret.is_weak else SECRET, f"The line holds {secret.kind}", region)
