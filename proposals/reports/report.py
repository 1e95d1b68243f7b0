"""The report itself, its canonical form and its hashes."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from enum import StrEnum

FIELDS = ("id", "timestamp", "severity", "block_execution", "proposal", "risks", "mitigations")
_NOT_CONTENT = ("id", "timestamp")


class Form(StrEnum):
    """The two written forms of a report."""

    MARKDOWN = "markdown"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Report:
    """One FSAR report. `timestamp` is kept as written (RFC 3339 UTC, milliseconds, "Z"); `severity` is 0 to 75.

    The constructor trusts its caller: parsing and rendering check the fields.
    """

    id: str
    timestamp: str
    severity: int
    block_execution: bool
    proposal: str
    risks: tuple[str, ...]
    mitigations: tuple[str, ...]

    def values(self) -> dict[str, object]:
        """Return the seven keys of the JSON form, in the order of the format, with lists for tuples."""
        named = {name: getattr(self, name) for name in FIELDS}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in named.items()}


def report_hash(report: Report) -> str:
    """Return "sha256:" and the hex digest of the canonical JSON of all seven keys."""
    return _digest(report.values())


def content_hash(report: Report) -> str:
    """Return the same without id and timestamp: what an assessment and a decision are bound to."""
    return _digest({name: value for name, value in report.values().items() if name not in _NOT_CONTENT})


def _digest(values: dict[str, object]) -> str:
    canonical = json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return "sha256:" + hashlib.sha256(canonical.encode("utf-8")).hexdigest()
