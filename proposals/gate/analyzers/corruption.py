"""Text that went wrong in the middle of a word."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from proposals.gate.analyzer import FileAnalyzer, register
from proposals.gate.findings import Effect, Level, Rule, Sighting
from proposals.gate.languages.identity import Language
from proposals.gate.languages.keywords import keyword_inside
from proposals.gate.subject import Subject

MIXED = Rule(
    "corruption/mixed-script",
    Level.ERROR,
    Effect.UNUSABLE,
    "A word mixes two alphabets",
    "Write the word in one alphabet; it is either corrupted or made to look like another.",
)
KEYWORD = Rule(
    "corruption/keyword",
    Level.ERROR,
    Effect.UNUSABLE,
    "A keyword is corrupted",
    "Write the keyword as the language does.",
)
LOST = Rule(
    "corruption/lost-character",
    Level.ERROR,
    Effect.UNUSABLE,
    "Characters were lost",
    "Send the text as UTF-8.",
)
NEWLINES = Rule(
    "corruption/literal-newlines",
    Level.ERROR,
    Effect.UNUSABLE,
    "Line ends are written as the two characters \\n",
    "Send real line ends.",
)
_WORD = re.compile(r"[^\W_]{3,200}")
_CODE_WORD = re.compile(r"\b[A-Za-z]+\d+[A-Za-z][A-Za-z0-9]*\b")
_BRACKETED = {Language.BRACKETED, Language.GROOVY}
_QUOTED_REPLACEMENT = re.compile("([\"'`])\ufffd\\1")
_LITERAL_NEWLINE = re.compile(r"(?<!\\)\\n")
_ALPHABETS = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "HEBREW", "ARABIC", "THAI", "DEVANAGARI", "HANGUL", "GEORGIAN")
# Alphabets whose words take Latin names in: "Rust는", "לCSV".
_JOINING = {"HANGUL", "HEBREW", "ARABIC", "THAI", "DEVANAGARI"}
# Where names are keys or properties, a Latin word that ends in ideographs is no name.
_MIXED_KEY = re.compile(
    r"^\s*(?:- |\{ ?)?[\"']?[\w-]*[A-Za-z][\u3040-\u30ff\u4e00-\u9fff\uac00-\ud7af][\w-]*[\"']?\s*[:=]"
)
_KEYED = {Language.YAML, Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX, Language.TOML, Language.HCL}
_NO_ESCAPES = {Language.MARKDOWN, Language.HTML, Language.SQL, Language.DOCKERFILE, Language.CSS, Language.XML, None}


@register
class Corruption(FileAnalyzer):
    """Catches words of two alphabets, digits inside keywords, replacement characters and literal \\n.

    Lets accents and other languages' comments through, single Greek letters in formulas, Latin names inside
    words of languages that decline them, U+FFFD alone between quotes, and \\n in the strings of
    languages that have them.
    """

    rules = (MIXED, KEYWORD, LOST, NEWLINES)

    def examine_file(self, subject: Subject, content: str) -> Iterable[Sighting]:
        for number, line in enumerate(subject.content_lines, 1):
            region = subject.content_region(number)
            if "\ufffd" in _QUOTED_REPLACEMENT.sub("", line):
                yield Sighting(LOST, "The line holds replacement characters", region)
            if not line.isascii():
                for word in _mixed_words(line):
                    yield Sighting(MIXED, f"{word!r} mixes two alphabets", region)
                if subject.language in _KEYED and _MIXED_KEY.match(line[:500]):
                    yield Sighting(MIXED, f"{line.strip()[:30]!r} mixes two alphabets in a name", region)
            for word in _CODE_WORD.findall(line):
                meant = keyword_inside(word, subject.language)
                if meant:
                    yield Sighting(KEYWORD, f"{word!r} is {meant} with digits in it", region)
        yield from _newlines(subject, content)


def _mixed_words(line: str) -> Iterable[str]:
    for word in _WORD.findall(line):
        if word.isascii():
            continue
        letters = [alphabet for char in word if (alphabet := unicodedata.name(char, "?").split(" ")[0]) in _ALPHABETS]
        counts = Counter(letters)
        is_formula = set(counts) == {"LATIN", "GREEK"} and counts["GREEK"] == 1
        switches = sum(first != second for first, second in pairwise(letters))
        is_joined = switches == 1 and bool(set(counts) & _JOINING)
        if len(counts) > 1 and not is_formula and not is_joined:
            yield word[:60]


def _newlines(subject: Subject, content: str) -> Iterable[Sighting]:
    if subject.language not in {*_NO_ESCAPES, *_BRACKETED}:
        return
    literal = len(_LITERAL_NEWLINE.findall(content))
    real = content.strip().count("\n")
    if literal >= 3 and (literal > real if subject.language in _NO_ESCAPES else not real):
        yield Sighting(NEWLINES, f"{literal} line ends are literal and {real} are real", subject.content_region(1))
