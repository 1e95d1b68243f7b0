"""The decision trail, read from the database."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from django.db import connection

from proposals.models import TrailEntry, User
from proposals.services.review import NotAllowed
from proposals.trail import GENESIS, entry_line, head_line

EXPORT = "proposals.export_trail"
_AT_A_TIME = 2_000
_NEXT = """
    SELECT sequence, hash, coalesce(
        CASE source
            WHEN 'decision' THEN (SELECT fsarsite_trail_decision(d) FROM proposals_decision AS d WHERE id = entry.row)
            ELSE (SELECT fsarsite_trail_event(e) FROM proposals_proposalevent AS e WHERE id = entry.row)
        END, '{}')
    FROM proposals_trailentry AS entry WHERE sequence > %s AND sequence <= %s ORDER BY sequence LIMIT %s
"""
_UNCHAINED = """
    SELECT count(*) FROM (
        SELECT 'decision' AS source, id FROM proposals_decision
        UNION ALL SELECT 'event', id FROM proposals_proposalevent
    ) AS told LEFT JOIN proposals_trailentry AS entry ON entry.source = told.source AND entry.row = told.id
    WHERE entry.sequence IS NULL
"""
logger = logging.getLogger(__name__)


def head_of_trail() -> TrailEntry | None:
    """The last entry, whose hash stands for all before it. One row by its key."""
    return TrailEntry.objects.order_by("-sequence").first()


def export_trail(*, by: User) -> Iterator[str]:
    """The lines of the trail for somebody, which the log keeps. Raises NotAllowed, before the first line."""
    if not by.may(EXPORT):
        raise NotAllowed("you may not export the decision trail; ask for the Auditors group")
    logger.warning("decision trail exported by %s", by)
    return trail_lines()


def trail_lines() -> Iterator[str]:
    """The lines of the trail as it is now, a few thousand at a time.

    Rows are told as their tables hold them, under the hashes that they had: a row that was altered breaks the chain.
    """
    head = head_of_trail()
    until, sequence, previous = head.sequence if head else 0, 0, GENESIS
    while sequence < until:
        with connection.cursor() as cursor:
            cursor.execute(_NEXT, [sequence, until, _AT_A_TIME])
            rows = cursor.fetchall()
        if not rows:
            break
        for sequence, own_hash, told in rows:
            yield entry_line(sequence, previous, own_hash, told)
            previous = own_hash
    yield head_line(previous, sequence)


def count_unchained() -> int:
    """How many decisions and events have no entry: none, unless somebody wrote past the triggers. Reads all of them."""
    with connection.cursor() as cursor:
        cursor.execute(_UNCHAINED)
        return int(cursor.fetchone()[0])
