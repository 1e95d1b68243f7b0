"""Instructions aimed at a model or a reviewer."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
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
_WHO = (
    r"(?:ai|llm|model|assistant|agent|reviewer|review(?:ing)? (?:system|bot|agent)|gate|analy[sz]er|operator|auditor|"
    r"classifier)"
)
_INSTRUCTION = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass) (?:all |any |the |your |every )*(?:of )?(?:the |your )?"
    r"(?:previous|prior|above|earlier|preceding|existing|safety|security|review)[\w ]{0,30}"
    r"(?:instructions?|rules?|prompts?|polic(?:y|ies)|guidelines?|checks?|findings?|constraints?)"
    rf"|\b(?:attention|note to|message (?:to|for)|dear|hey|hello),? (?:\w+ ){{0,2}}{_WHO}s?\b\s*[:,!-]"
    r"|\byou are (?:now )?(?:an? |the )?(?:ai|llm|language model|helpful|unrestricted|in developer mode|dan)\b"
    r"|(?:^|[.!:;#*/>-]\s*|\bplease |\byou (?:must|should|will) )"
    r"(?:approve|accept|clear|whitelist|allow|merge|pass) (?:this|the following) "
    r"(?:proposal|change|file|report|request|code|migration|pr)\b"
    r"(?: (?:without|immediately|now|automatically|as|unconditionally)|[.!]|$)"
    r"|\b(?:mark|classify|label|rate|score|treat|report|flag) (?:this|it|the (?:proposal|change|file|report))"
    r"[\w ]{0,20} as (?:safe|approved|clear(?:ed)?|low[- ]risk|harmless|benign|trusted|pass(?:ed)?)\b"
    r"|\b(?:do not|don't|never|must not|should not) (?:flag|report|block|reject|review|mention|scan|analy[sz]e|"
    r"reveal) (?:this|it|the (?:proposal|change|file|following|above))\b"
    r"|\b(?:has|have|was|were|is|are) (?:already |been )*pre-?approved by\b"
    r"|\b(?:set|return|output|respond with|answer|print|emit) (?:the )?(?:verdict|severity|block_execution|"
    r"decision|outcome|risk)"
    r"(?: score| level)?\b ?(?:to|=|:|of|as) ?\"?(?:0|1|false|pass|approved?|cleared?|safe|low)\b"
    r"|<\|(?:im_start|im_end|system|endoftext)\|>|\[/?INST\]|<</?SYS>>"
    r"|\b(?:system prompt|new instructions?|begin instructions?)\s*:",
    re.IGNORECASE,
)
_SUPPRESSION = re.compile(
    r"#\s*(?:noqa|nosec|type:\s*ignore|pylint:\s*disable|pragma:\s*no\s*cover|nosemgrep|checkov:skip|tfsec:ignore)"
    r"|//\s*(?:eslint-disable|@ts-ignore|@ts-nocheck|nolint|NOSONAR)"
    r"|/\*\s*(?:eslint-disable|istanbul ignore|stylelint-disable)"
    r"|--\s*squawk-ignore|pragma:\s*allowlist\s*secret|gitleaks:allow|fsar[-_ ](?:ignore|disable|allow|safe)",
    re.IGNORECASE,
)
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
        offset = subject.frame.content_start_line - 1 if subject.frame else 0
        last = offset + len(subject.content_lines)
        for number, line in enumerate(subject.report_lines, 1):
            is_content = subject.frame is not None and offset < number <= last
            region = subject.content_region(number - offset) if is_content else subject.report_region(number)
            text = line[:5_000]
            match = next((item for item in _INSTRUCTION.finditer(text) if not _is_mentioned(text, item)), None)
            if match:
                yield Sighting(AIMED, f"The line instructs whoever judges it: {match[0][:60]!r}", region)
            suppression = _SUPPRESSION.search(text)
            if suppression:
                yield Sighting(SUPPRESSION, f"{suppression[0][:40]!r} counts for nothing here", region)


def _is_mentioned(text: str, match: re.Match[str]) -> bool:
    """Quoted, or ruled out: "never ignore the safety rules" asks for the opposite."""
    before = text[: match.start()].rstrip()
    is_quoted = bool(_QUOTED.search(text[: match.start()])) and bool(re.match(r".{0,80}?[\"”’'`]", text[match.end() :]))
    is_own_negation = match[0].lower().startswith(("do not", "don't", "never", "must not", "should not"))
    is_ruled_out = not is_own_negation and is_negated(text, match.start(), match.end())
    is_described = bool(
        re.search(r"(?i)\b(?:such as|like|e\.g\.|phrases?|says?|text|detect\w*|reject\w*|refus\w*)\W*$", before)
    )
    return is_quoted or is_ruled_out or is_described
