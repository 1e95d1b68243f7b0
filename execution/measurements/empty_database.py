"""The SQL of a file, tried in an empty database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.conf import settings

from execution.failures import PermanentFailure, TransientFailure
from execution.target.connection import Connection, connect
from execution.target.empty import empty_database, refusal_in
from execution.target.statements import Statement, split_statements
from proposals.gate import DEFAULT
from proposals.gate.languages.identity import Language
from proposals.gate.measurements import Measurement
from proposals.gate.subject import Subject, is_too_large
from proposals.measurements import ScratchUnusable, register, register_scratch
from proposals.reports import Report

RULE = "sql/scratch-refused"


@register
def measure_sql(report: Report) -> Iterable[Measurement]:
    """What the empty database on the target's server refuses.

    Nothing where there is no target, or none that answers: what was not tried here is rehearsed before it runs.
    """
    statements = _statements(report) if settings.TARGET_DATABASE_URL else ()
    if not statements:
        return ()
    try:
        with empty_database() as connection:
            return _measured(connection, statements)
    except (PermanentFailure, TransientFailure):
        return ()


@register_scratch
def try_sql(report: Report, url: str) -> Iterable[Measurement]:
    """What the empty database at ``url`` refuses. Raises ScratchUnusable: no answer, a superuser's, or not empty."""
    statements = _statements(report)
    try:
        with connect(url) as connection:
            return _measured(connection, statements)
    except (PermanentFailure, TransientFailure) as failure:
        raise ScratchUnusable(str(failure)) from failure


def _measured(connection: Connection, statements: tuple[Statement, ...]) -> tuple[Measurement, ...]:
    refusal = refusal_in(connection, statements)
    return (Measurement(RULE, refusal.message, refusal.line),) if refusal else ()


def _statements(report: Report) -> tuple[Statement, ...]:
    """The statements of the SQL file that the report frames; none for what would not be run on the target either."""
    return tuple(_taken_apart(report))


def _taken_apart(report: Report) -> Iterator[Statement]:
    subject = Subject.of(report)
    if subject.frame is None or subject.language is not Language.SQL or is_too_large(subject.frame.content, DEFAULT):
        return
    try:
        yield from split_statements(subject.frame.content)
    except PermanentFailure:
        return
