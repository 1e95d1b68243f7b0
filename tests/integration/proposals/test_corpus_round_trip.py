"""The format against every real report. Collected only where the corpus is (see conftest.py)."""

import json
from pathlib import Path

import pytest

from proposals.reports import (
    parse_file_frame,
    parse_json,
    parse_markdown,
    parse_report,
    render_json,
    render_markdown,
)
from tests.integration.proposals.conftest import SHARED

CORPUS = (SHARED / "corpus" / "reports.jsonl").read_bytes().rstrip(b"\n").split(b"\n")
FOUNDING = sorted((SHARED / "reports").glob("*.md"))


def test_corpus_round_trips_in_both_forms() -> None:
    for received in CORPUS:
        report = parse_report(received)
        markdown, as_json = render_markdown(report), render_json(report)

        assert report.values() == json.loads(received)
        assert parse_markdown(markdown) == parse_json(as_json) == report
        assert render_markdown(parse_markdown(markdown)) == markdown
        assert render_json(parse_json(as_json)) == as_json

    assert len(CORPUS) == 712


def test_corpus_frames_hold_the_content_exactly() -> None:
    framed = 0
    for received in CORPUS:
        proposal = parse_report(received).proposal
        frame = parse_file_frame(proposal)
        if frame:
            framed += 1
            opening = f"idea_implementation: Create or update the file {frame.path} with this complete content:\n\n"
            closing = f"\n\nThis is for opportunity: {frame.opportunity}\n"
            assert proposal.startswith(f"{opening}{frame.content}{closing}")

    assert framed == 660


@pytest.mark.parametrize("path", FOUNDING, ids=lambda path: path.stem)
def test_founding_report_round_trips(path: Path) -> None:
    received = path.read_bytes()

    report = parse_report(received)

    assert render_markdown(report).encode() == received
    assert parse_json(render_json(report)) == report
