"""What became of each document of an import."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from proposals.gate import Outcome
from proposals.gate.findings import one_line


class Result(StrEnum):
    """The gate's outcome for what is new; otherwise why it is not new, or that it failed."""

    CLEARED = Outcome.CLEARED.value
    NEEDS_MITIGATION = Outcome.NEEDS_MITIGATION.value
    BLOCKED = Outcome.BLOCKED.value
    RETURNED = Outcome.RETURNED.value
    REPEATED = "repeated"
    DUPLICATE = "duplicate"
    FAILED = "failed"

    @property
    def label(self) -> str:
        """The word a person reads."""
        return self.value.replace("_", " ")

    @property
    def meaning(self) -> str:
        """One phrase for the table."""
        return _MEANINGS[self]


_MEANINGS = {
    Result.CLEARED: "may go ahead under the policy",
    Result.NEEDS_MITIGATION: "waits for a person, with a plan",
    Result.BLOCKED: "waits for a person",
    Result.RETURNED: "unusable; the findings say what to mend",
    Result.REPEATED: "was here before, unchanged",
    Result.DUPLICATE: "has the content of another; decided there",
    Result.FAILED: "not taken",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a document, or a whole source, was not taken. Shown as `source:line: field: reason` on one line."""

    source: str
    line: int | None
    field: str
    reason: str

    def __str__(self) -> str:
        where = self.source if self.line is None else f"{self.source}:{self.line}"
        return one_line(f"{where}: {self.field}: {self.reason}", limit=1000)


@dataclass(frozen=True, slots=True)
class Imported:
    """A document that was taken: what it became, why, and what was seen in it, each on one line."""

    report_id: str
    result: Result
    headline: str
    findings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of an import and its problems, in the order they came."""

    counts: Counter[Result]
    problems: tuple[Problem, ...]

    @classmethod
    def of(cls, outcomes: Iterable[Imported | Problem]) -> Tally:
        """Count the outcomes."""
        outcomes = tuple(outcomes)
        results = (outcome.result if isinstance(outcome, Imported) else Result.FAILED for outcome in outcomes)
        return cls(Counter(results), tuple(outcome for outcome in outcomes if isinstance(outcome, Problem)))
