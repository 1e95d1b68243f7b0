"""Hindsight on plans: what their own lines leave open."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from proposals.gate.languages.column_requests import column_requests
from proposals.gate.languages.negation import is_negated
from proposals.gate.languages.paragraphs import Passage, sentences_in
from proposals.gate.retrospective.sections import Point, Section
from proposals.gate.subject import Subject

_QUOTE = 90
_NUMBER = re.compile(r"\b\d+(?:\.\d+)?\s*(?:%|percent|ms|seconds?|minutes?|hours?|days?|weeks?|per\b|times\b|x\b)")
_PROMISE = re.compile(
    r"\b(?:improv|optimi[sz]|enhanc|reduc|increas|minimi[sz]|streamlin|accelerat|speed)\w*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Topic:
    """A kind of action. `{quote}` in a saying is the sentence's own words around it, `{line}` its line."""

    pattern: re.Pattern[str]
    says: tuple[tuple[Section, int, str], ...]


def _topic(words: str, *says: tuple[Section, int, str]) -> Topic:
    return Topic(re.compile(rf"\b(?:{words})\b", re.IGNORECASE), says)


_TOPICS = (
    _topic(
        r"cach(?:e|es|ed|ing)|redis|memcached",
        (Section.BLIND_SPOTS, 4, "When an entry becomes wrong, and what clears it: {quote}"),
        (Section.SIGNALS, 3, "Answers that are older than what they were made from, after {quote}"),
    ),
    _topic(
        r"webhooks?",
        (Section.BLIND_SPOTS, 5, "What a webhook that arrives twice, late or forged does: {quote}"),
        (
            Section.SIGNALS,
            4,
            "Payments in the ledger beside those at the provider, by day: {quote}",
        ),
        (Section.MITIGATIONS, 4, "Verify the signature and key every event by its id before acting on {quote}"),
    ),
    _topic(
        r"asynchronous(?:ly)?|job queues?|message queues?|rabbitmq|celery|sidekiq|background jobs?"
        r"|queu(?:e|ing) system",
        (Section.BLIND_SPOTS, 4, "What happens to a task that is delivered twice or lost: {quote}"),
        (Section.SIGNALS, 3, "Age of the oldest task in the queue that comes of {quote}"),
        (Section.WAYS_BACK, 3, "What already sits in the queue must be drained before {quote} is taken back."),
    ),
    _topic(
        r"machine learning|predictive (?:analytics|models?)|anomaly detection|ml models?",
        (Section.BLIND_SPOTS, 4, "What the model is measured against, and who sees it drift: {quote}"),
        (Section.CONSEQUENCES, 3, "It learns from data that its own decisions made: {quote}"),
        (Section.SIGNALS, 3, "Share of its outputs that a person overturned, by month, for {quote}"),
    ),
    _topic(
        r"index(?:es|ing)?",
        (Section.CONSEQUENCES, 3, "Every write pays for the index, and building it can hold the table: {quote}"),
    ),
    _topic(
        r"automatic(?:ally)? (?:correct|fix|attempt|migrat|retr)\w*|self[- ]correct\w*|self[- ]heal\w*",
        (Section.BLIND_SPOTS, 5, "Who sees what was changed without being asked: {quote}"),
        (Section.CONSEQUENCES, 4, "Errors are repaired before anyone learns of their cause: {quote}"),
    ),
    _topic(
        r"retr(?:y|ies|ying)(?: mechanisms?| logic)?",
        (Section.CONSEQUENCES, 3, "What fails for good is tried again and again, and its effects double: {quote}"),
    ),
    _topic(
        r"a/b test(?:s|ing)?",
        (Section.BLIND_SPOTS, 3, "How many visitors it takes until a difference means anything: {quote}"),
    ),
    _topic(
        r"pricing (?:models?|strateg\w+)|discounts?|promotional offers?|dynamic(?:ally)? pric\w+|fee structures?",
        (Section.CONSEQUENCES, 4, "Customers compare what they paid, and refunds follow: {quote}"),
        (Section.SIGNALS, 3, "Refunds and chargebacks in the month after {quote}"),
    ),
    _topic(
        r"encrypt(?:ion|ed|ing)?|anonymi[sz]\w+",
        (Section.BLIND_SPOTS, 4, "Who holds the key, and what is lost with it: {quote}"),
        (Section.WAYS_BACK, 4, "None without the key: keep what it replaces until reading back was tried: {quote}"),
    ),
    _topic(
        r"alerts?|alerting|notif(?:y|ies|ications?)",
        (Section.CONSEQUENCES, 3, "Alerts that nobody owns teach people to look away: {quote}"),
    ),
    _topic(
        r"dashboards?",
        (Section.CONSEQUENCES, 2, "The number on the dashboard becomes the goal: {quote}"),
    ),
    _topic(
        r"user feedback|surveys?",
        (Section.BLIND_SPOTS, 2, "Those who left give no feedback, and they are the ones it is about: {quote}"),
    ),
    _topic(
        r"(?:dynamic(?:ally)?|auto)[- ]?(?:allocat|scal)\w*|allocat\w+ (?:more )?resources|gpus?|cloud services",
        (Section.SIGNALS, 3, "The bill of the hosting, by day, after {quote}"),
        (Section.MITIGATIONS, 3, "Set a ceiling of cost before {quote}"),
    ),
    _topic(
        r"parallel(?:i[sz]e|ism| processing)?|concurrent(?:ly)?|multi-?thread\w*",
        (Section.BLIND_SPOTS, 4, "Two of them at the same row at the same time: {quote}"),
    ),
    _topic(
        r"either \w+ing|or (?:renam|add|remov|chang)ing|drop(?:ping)? or|or directly through|by dropping",
        (
            Section.BLIND_SPOTS,
            5,
            "Which of two ways is taken, where not both can be right: {quote}",
        ),
    ),
    _topic(
        r"revert the last|roll ?back the last",
        (Section.CONSEQUENCES, 5, "What else those last changes brought goes with them: {quote}"),
    ),
    _topic(
        r"updates? (?:all )?existing (?:records|rows|tasks)|backfill\w*|default values?",
        (Section.CONSEQUENCES, 4, "Rows from before carry a value that nobody observed: {quote}"),
    ),
)


def plan_points(subject: Subject) -> Iterator[Point]:
    """What the plan's lines lead to; nothing for a plan that touches none of the topics and promises nothing."""
    sentences = list(sentences_in(subject.report_lines))
    for topic in _TOPICS:
        found = next(_matches(topic, sentences), None)
        if found:
            sentence, start = found
            quote = _quoted(sentence.text, start)
            region = subject.report_region(sentence.line)
            for section, weight, said in topic.says:
                yield Point(section, weight, said.format(quote=f"“{quote}”", line=sentence.line), region)
    yield from _column_points(subject)
    yield from _unmeasured(subject, sentences)


def _matches(topic: Topic, sentences: list[Passage]) -> Iterator[tuple[Passage, int]]:
    for sentence in sentences:
        match = topic.pattern.search(sentence.text)
        if match and not is_negated(sentence.text, match.start(), match.end()):
            yield sentence, match.start()


def _column_points(subject: Subject) -> Iterator[Point]:
    for asked in column_requests(subject.report_lines):
        name = f"{asked.table}.{asked.column}" if asked.table else asked.column
        region = subject.report_region(asked.line)
        yield Point(
            Section.WISHES, 5, f"That {name} had been added the first time it was asked for, and checked.", region
        )
        yield Point(
            Section.SIGNALS, 4, f"The next plan that asks for {name} again: then this one changed nothing.", region
        )
        yield Point(
            Section.BLIND_SPOTS, 3, f"Whether {name} is still missing today; the plan reads an old log.", region
        )


def _unmeasured(subject: Subject, sentences: list[Passage]) -> Iterator[Point]:
    """A plan of promises without one number cannot be seen to fail."""
    promises = [sentence for sentence in sentences if _PROMISE.search(sentence.text)]
    if not promises or any(_NUMBER.search(sentence.text) for sentence in promises):
        return
    first = promises[0]
    start = _PROMISE.search(first.text)
    quote = _quoted(first.text, start.start() if start else 0)
    said = f"{len(promises)} promises and no number to see one fail by; the first: “{quote}”"
    yield Point(Section.BLIND_SPOTS, 3, said, subject.report_region(first.line))
    yield Point(
        Section.WISHES, 3, f"That a number and a date had stood beside “{quote}”", subject.report_region(first.line)
    )


def _quoted(text: str, start: int) -> str:
    """About 90 characters of the sentence around `start`, cut between words."""
    begin = 0 if start < _QUOTE // 2 else text.rfind(" ", 0, start - 20) + 1
    piece = text[begin : begin + _QUOTE]
    if begin + _QUOTE < len(text):
        piece = piece.rsplit(" ", 1)[0] + " …"
    return ("… " if begin else "") + piece.rstrip(" .:")
