"""What was measured of the content by running it where nothing is, and by looking at where it goes."""

from __future__ import annotations

from collections.abc import Iterable

from proposals.gate.analyzer import Analyzer, register
from proposals.gate.findings import Effect, Level, Raises, Rule, Sighting
from proposals.gate.policy import Rules
from proposals.gate.subject import Subject

SCRATCH_REFUSED = Rule(
    "sql/scratch-refused",
    Level.ERROR,
    Effect.UNUSABLE,
    "PostgreSQL refused the SQL in an empty database",
    "Correct the statement; run the file once against an empty database before submitting.",
)
OVERWRITES = Rule(
    "path/overwrites",
    Level.WARNING,
    Effect.REVIEW,
    "The file replaces one that it does not seem to know",
    "Start from the file that is there and change what must change, or choose another path.",
    Raises(likelihood=3, damage=3),
)
_RULES = {rule.id: rule for rule in (SCRATCH_REFUSED, OVERWRITES)}


@register
class Measured(Analyzer):
    """Catches SQL that PostgreSQL itself refuses in an empty database, and files that replace most of another file.

    Both are measured before the judgement, where there is something to measure with: a target database, a workspace,
    or `manage.py gate --scratch`. SQL that needs what only another change creates is not judged by an empty database;
    nothing is kept of what ran. An existing file counts as known while a tenth of its lines stay, and a quarter of
    its size. Lets through what was not measured: it is rehearsed, and its file compared, before it runs.
    """

    rules = (SCRATCH_REFUSED, OVERWRITES)

    def examine(self, subject: Subject, rules: Rules) -> Iterable[Sighting]:
        for measured in subject.measurements:
            rule = _RULES.get(measured.rule_id)
            if rule is None:
                raise LookupError(f"nothing is known of {measured.rule_id}")
            is_placed = measured.line > 0 and subject.frame is not None
            region = subject.content_region(measured.line) if is_placed else subject.report_region(1)
            yield Sighting(rule, measured.message, region)
