"""The FSAR report format: parse, render, check, hash. Pure Python; product.md's "What the report format is"."""

from proposals.reports.errors import ReportError
from proposals.reports.file_frame import FileFrame, parse_file_frame
from proposals.reports.json_form import parse_json, render_json
from proposals.reports.markdown import parse_markdown, render_markdown
from proposals.reports.proposal_text import ProposalType, opportunity_of, split_type
from proposals.reports.received import MAX_REPORT_BYTES, decode_report, parse_report, sniff_form
from proposals.reports.report import FIELDS, Form, Report, content_hash, report_hash
from proposals.reports.schema import SCHEMA

__all__ = [
    "FIELDS",
    "MAX_REPORT_BYTES",
    "SCHEMA",
    "FileFrame",
    "Form",
    "ProposalType",
    "Report",
    "ReportError",
    "content_hash",
    "decode_report",
    "opportunity_of",
    "parse_file_frame",
    "parse_json",
    "parse_markdown",
    "parse_report",
    "render_json",
    "render_markdown",
    "report_hash",
    "sniff_form",
    "split_type",
]
