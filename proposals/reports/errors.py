"""The one error of the report format."""

from __future__ import annotations


class ReportError(Exception):
    """A document is not an FSAR report; says which field, on which line (1-based, None when unknown), and why."""

    def __init__(self, field: str, line: int | None, reason: str) -> None:
        self.field = field
        self.line = line
        self.reason = reason
        super().__init__(field, line, reason)

    def __str__(self) -> str:
        where = self.field if self.line is None else f"{self.field} (line {self.line})"
        return f"{where}: {self.reason}"
