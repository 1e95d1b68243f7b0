"""Characters that a reader does not see."""

from __future__ import annotations

import re
from collections.abc import Iterable

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import CONTENT, REPORT, Effect, Level, Raises, Rule, Sighting
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject

TAGS = Rule(
    "hidden/tag-characters",
    Level.ERROR,
    Effect.BLOCK,
    "Text is hidden in Unicode tag characters",
    "Take the characters out; a model reads them and a person does not.",
    Raises(likelihood=4, damage=4),
)
BIDI = Rule(
    "hidden/bidi-override",
    Level.ERROR,
    Effect.BLOCK,
    "Characters change the order in which text is shown",
    "Take the characters out; the code runs in another order than it reads.",
    Raises(likelihood=4, damage=4),
)
ZERO_WIDTH = Rule(
    "hidden/zero-width",
    Level.ERROR,
    Effect.UNUSABLE,
    "Characters without width stand in the text",
    "Take the characters out.",
)
CONTROL = Rule(
    "hidden/control",
    Level.ERROR,
    Effect.UNUSABLE,
    "Control characters stand in the text",
    "Take the characters out; write escapes where a string needs them.",
)
_TAG = re.compile("[\U000e0001-\U000e007f]|[\ufe00-\ufe0f]{4,}|[\U000e0100-\U000e01ef]{4,}")
# A selector of a glyph follows an ideograph; behind anything else it shows nothing.
_LONE_SELECTOR = "(?<![\u2e80-\ua4cf\uf900-\ufaff\U00020000-\U0003ffff])[\U000e0100-\U000e01ef]"
# Direction marks belong into lines of right-to-left scripts and nowhere else.
_RIGHT_TO_LEFT = re.compile("[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_MARKS = re.compile("[\u200e\u200f]|(?<![\u0600-\u06ff])\u061c")
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ZERO_WIDTH = re.compile(
    "[\u2060-\u2064\u206a-\u206f\u180e\u00ad\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\ufff9-\ufffb]"
    f"|\ufeff|{_LONE_SELECTOR}|(?<![^\x00-\u02ff])[\u200c\u200d]"
    # Thai, Lao, Tibetan, Burmese and Khmer write no blanks: the character shows where a line may break.
    "|(?<![\u0e00-\u109f\u1780-\u17ff])\u200b"
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x84\x86-\x9f\u2028\u2029\ud800-\udfff]")
_FLAG = re.compile("\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f")
_KINDS = (
    (TAGS, _TAG, "tag characters"),
    (BIDI, _BIDI, "bidirectional overrides"),
    (ZERO_WIDTH, _ZERO_WIDTH, "zero-width characters"),
    (CONTROL, _CONTROL, "control characters"),
)


@register
class HiddenText(Analyzer):
    """Catches tag characters, bidi overrides, zero-width and control characters, anywhere in the proposal.

    Lets emoji with joiners and flags through, joiners inside scripts that need them, and a byte order mark in front.
    """

    rules = (TAGS, BIDI, ZERO_WIDTH, CONTROL)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        text = subject.report.proposal
        if text.isascii() and not _CONTROL.search(text):
            return
        artifacts = [(CONTENT, subject.content_lines), (REPORT, _outside(subject))]
        for artifact, lines in artifacts:
            place = subject.content_region if artifact == CONTENT else subject.report_region
            for number, line in enumerate(lines, 1):
                for rule, message in _seen(line.removeprefix("\ufeff") if number == 1 else line):
                    yield Sighting(rule, message, place(number))


def _outside(subject: Subject) -> tuple[str, ...]:
    """The report's lines, those of the file left blank because they are read as content."""
    if subject.frame is None:
        return subject.report_lines
    start = subject.frame.content_start_line - 1
    end = start + len(subject.content_lines)
    return tuple("" if start <= number < end else line for number, line in enumerate(subject.report_lines))


def _seen(line: str) -> Iterable[tuple[Rule, str]]:
    if line.isascii() and not _CONTROL.search(line):
        return
    shown = _FLAG.sub("", line)
    for rule, pattern, name in _KINDS:
        found = pattern.findall(shown)
        if rule is ZERO_WIDTH and not _RIGHT_TO_LEFT.search(shown):
            found += _MARKS.findall(shown)
        if found:
            yield rule, f"The line holds {name}: " + ", ".join(sorted({f"U+{ord(item[0]):04X}" for item in found})[:5])
