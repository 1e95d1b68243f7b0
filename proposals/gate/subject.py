"""The one content under assessment, in the forms that analyzers ask for."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from proposals.gate.findings import CONTENT, REPORT, Region
from proposals.gate.languages.identity import Language, language_of_path
from proposals.gate.measurements import Measurement
from proposals.gate.policy import Rules
from proposals.gate.redaction import redact_report
from proposals.reports import FileFrame, ProposalType, Report, content_hash, parse_file_frame, split_type


@dataclass(frozen=True)
class Subject:
    """A report taken apart: its type, the text after the type, and the file it carries, if it carries one.

    `measurements` are what was measured of it elsewhere.
    """

    report: Report
    type: ProposalType | None
    body: str
    frame: FileFrame | None
    measurements: tuple[Measurement, ...] = ()

    @classmethod
    def of(cls, report: Report, measurements: tuple[Measurement, ...] = ()) -> Subject:
        """Taken apart with its secrets masked, so that nothing made of a subject can quote one."""
        report = redact_report(report)
        kind, body = split_type(report.proposal)
        return cls(report, kind, body, parse_file_frame(report.proposal), measurements)

    @cached_property
    def content_hash(self) -> str:
        return content_hash(self.report)

    @cached_property
    def language(self) -> Language | None:
        """What the file's name says it is; None without a file or for an unknown name."""
        return language_of_path(self.frame.path) if self.frame else None

    @property
    def is_plan(self) -> bool:
        return self.type is ProposalType.SELF_IMPROVEMENT and self.frame is None

    @property
    def is_idea(self) -> bool:
        return self.frame is None and self.type in {ProposalType.IDEA_IMPLEMENTATION, ProposalType.IMPLEMENT_IDEA}

    @cached_property
    def report_lines(self) -> tuple[str, ...]:
        return _lines(self.report.proposal)

    @cached_property
    def content_lines(self) -> tuple[str, ...]:
        return _lines(self.frame.content) if self.frame else ()

    def content_region(self, start_line: int, end_line: int | None = None) -> Region:
        """A region of the file, held inside its lines so that a parser's stray position cannot point past the end."""
        return _held(CONTENT, start_line, end_line, len(self.content_lines))

    def report_region(self, start_line: int, end_line: int | None = None) -> Region:
        return _held(REPORT, start_line, end_line, len(self.report_lines))

    def flagged_text(self, region: Region) -> str:
        lines = self.content_lines if region.artifact == CONTENT else self.report_lines
        return "\n".join(lines[region.start_line - 1 : region.end_line])


def _lines(text: str) -> tuple[str, ...]:
    """Lines by U+000A alone; the end of the last line begins no other."""
    return tuple(text.removesuffix("\n").split("\n"))


def _held(artifact: str, start_line: int, end_line: int | None, line_count: int) -> Region:
    last = max(line_count, 1)
    start = min(max(start_line, 1), last)
    return Region(artifact, start, min(max(end_line or start, start), last))


def is_too_large(content: str, rules: Rules) -> bool:
    return len(content) > rules.max_content_bytes or len(content.encode("utf-8", "replace")) > rules.max_content_bytes
