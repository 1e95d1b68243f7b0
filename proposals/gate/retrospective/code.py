"""Hindsight on files: what a file reaches for outside itself, named."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from proposals.gate.languages.identity import Language
from proposals.gate.languages.positions import line_at
from proposals.gate.retrospective.sections import Point, Section
from proposals.gate.subject import Subject

_JS = frozenset({Language.JAVASCRIPT, Language.TYPESCRIPT, Language.TSX, Language.VUE})
_CODE = _JS | {Language.PYTHON, Language.RUBY, Language.SHELL}
_PAGES = frozenset({Language.HTML, Language.VUE})
_MARKED_UP = frozenset({Language.MARKDOWN, Language.SQL})
_READ_AT_MOST = 65_536
_NAMED = 3
_OWN_HOSTS = re.compile(r"^(?:localhost|127\.|0\.0\.0\.0|example\.|www\.w3\.org|schema\.org|json-schema\.org)")


@dataclass(frozen=True, slots=True)
class Trait:
    """Something a file may do: where it is looked for, what names it (group 1), and what the future says of it.

    `{names}` in a saying are the first three names found, `{line}` the first line.
    """

    languages: frozenset[Language]
    pattern: re.Pattern[str]
    says: tuple[tuple[Section, int, str], ...]
    unless: re.Pattern[str] | None = None


_TRAITS = (
    Trait(
        _CODE,
        re.compile(r"(?:process\.env\.|os\.environ(?:\.get)?[\[(][\"']|ENV(?:\.fetch)?[\[(][\"'])([A-Z][A-Z0-9_]+)"),
        (
            (
                Section.BLIND_SPOTS,
                3,
                "Line {line} reads {names} from the environment; without it, nothing is said.",
            ),
            (Section.MITIGATIONS, 3, "Refuse to start, in words, when {names} is missing."),
        ),
        unless=re.compile(r"throw new Error|raise |sys\.exit|process\.exit"),
    ),
    Trait(
        _JS,
        re.compile(r"(?:\brequire\(\s*|\bfrom\s+)[\"']((?!\.|/|node:)[@\w][\w@./-]*)[\"']"),
        (
            (Section.CONSEQUENCES, 2, "What {names} does in its next version, this file does too."),
            (Section.MITIGATIONS, 2, "Pin {names} in the lock file, in the same change."),
        ),
    ),
    Trait(
        _JS,
        re.compile(r"\b(?:app|router|server)\.(?:post|put|patch|delete)\(\s*[\"'`]([^\"'`\n]{1,80})"),
        (
            (
                Section.BLIND_SPOTS,
                4,
                "Whoever reaches {names} (line {line}) changes something; nobody asks who it is.",
            ),
            (Section.SIGNALS, 3, "Requests that write to {names} without a session, counted by day."),
            (Section.WISHES, 3, "That {names} had refused what is not signed in from its first day."),
        ),
        unless=re.compile(r"auth|session|jwt|passport|csrf|isAdmin|current_?user|signature", re.IGNORECASE),
    ),
    Trait(
        _JS,
        re.compile(r"\bawait\s+([\w.]{2,60})"),
        (
            (Section.BLIND_SPOTS, 3, "{names} can fail on line {line}, and nothing in the file catches it."),
            (Section.SIGNALS, 3, "Unhandled rejections in the log that come from {names}."),
        ),
        unless=re.compile(r"\bcatch\b|\.catch\("),
    ),
    Trait(
        _JS | _PAGES,
        re.compile(r"\b(setInterval|setTimeout)\("),
        ((Section.CONSEQUENCES, 2, "{names} on line {line} goes on after whoever started it is gone."),),
        unless=re.compile(r"clear(?:Interval|Timeout)"),
    ),
    Trait(
        _JS | _PAGES,
        re.compile(r"\b(localStorage|sessionStorage)\b"),
        (
            (Section.CONSEQUENCES, 3, "What line {line} puts into {names} any script of the page can read, for years."),
            (Section.WAYS_BACK, 2, "Reverting leaves what browsers already keep in {names}; a clean-up must ship too."),
        ),
    ),
    Trait(
        _JS | _PAGES,
        re.compile(r"\.(innerHTML|outerHTML)\s*\+?="),
        ((Section.BLIND_SPOTS, 4, "Whose text line {line} writes into {names}: a stranger's is run as a script."),),
    ),
    Trait(
        _PAGES,
        re.compile(r"<form\b[^>]{0,200}\baction=[\"']([^\"'\n]{1,120})"),
        (
            (
                Section.BLIND_SPOTS,
                3,
                "That something answers at {names}, where the form of line {line} sends to.",
            ),
            (Section.SIGNALS, 3, "Visits of the page without one request to {names}."),
        ),
    ),
    Trait(
        _PAGES,
        re.compile(r"<script\b[^>]{0,200}\bsrc=[\"'](?:https?:)?//([\w.-]+)"),
        (
            (Section.CONSEQUENCES, 4, "Whoever holds {names} runs code in this page (line {line})."),
            (Section.MITIGATIONS, 3, "Serve what comes from {names} ourselves, or pin it with integrity=."),
        ),
        unless=re.compile(r"\bintegrity="),
    ),
    Trait(
        frozenset({Language.CSS}),
        re.compile(
            r"(?:^|[},])[ \t]*(\*|html|body|a|button|input|table|form|h[1-6]|p|ul|li|img)\s*(?=[{,])", re.MULTILINE
        ),
        (
            (Section.CONSEQUENCES, 3, "Every {names} of every page that loads this changes, not only the new ones."),
            (Section.SIGNALS, 2, "Screenshots of untouched pages that differ where a {names} stands."),
        ),
    ),
    Trait(
        frozenset({Language.CSS}),
        re.compile(r"(!important)"),
        ((Section.WISHES, 2, "That line {line} had done without {names}: the next rule has to shout louder."),),
    ),
    Trait(
        frozenset({Language.DOCKERFILE, Language.YAML}),
        re.compile(r"(?:^FROM\s+|\bimage:\s*)([\w./-]+(?::latest)?)(?=\s|$)", re.MULTILINE),
        (
            (Section.CONSEQUENCES, 4, "{names} on line {line} is another image tomorrow: no tag or digest holds it."),
            (Section.MITIGATIONS, 3, "Pin {names} by digest."),
        ),
    ),
    Trait(
        frozenset(Language) - _MARKED_UP,
        re.compile(r"https?://([\w-]+(?:\.[\w-]+)+)"),
        (
            (Section.BLIND_SPOTS, 2, "{names} (line {line}) is another's: when it changes or goes, so does this."),
            (Section.SIGNALS, 2, "The share of calls to {names} that fail."),
        ),
    ),
    Trait(
        _CODE,
        re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+[`\"]?(\w{2,60})"),
        ((Section.WAYS_BACK, 3, "A revert stops line {line}, and leaves the rows that it wrote to {names}."),),
    ),
)


def code_points(subject: Subject) -> Iterator[Point]:
    """What the file leads to, from what it names; nothing for a file that reaches for nothing."""
    if subject.frame is None or subject.language is None:
        return
    text = subject.frame.content[:_READ_AT_MOST]
    for trait in _TRAITS:
        if subject.language in trait.languages and not (trait.unless and trait.unless.search(text)):
            yield from _points_of(subject, trait, text)


def _points_of(subject: Subject, trait: Trait, text: str) -> Iterator[Point]:
    found: dict[str, int] = {}
    for match in trait.pattern.finditer(text):
        if not _OWN_HOSTS.match(match[1]):
            found.setdefault(match[1], match.start(1))
    if not found:
        return
    line = line_at(text, next(iter(found.values())))
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    names = ", ".join(list(found)[:_NAMED]) + more
    region = subject.content_region(line)
    for section, weight, said in trait.says:
        yield Point(section, weight, said.format(names=names, line=line), region)
