"""Whatever comes in ends in a report or in one ReportError, and an accepted document is what its report renders to."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.reports import (
    Form,
    Report,
    ReportError,
    opportunity_of,
    parse_file_frame,
    parse_json,
    parse_markdown,
    parse_report,
    render_json,
    render_markdown,
)
from tests.unit.proposals.reports.strategies import opaque_texts, reports


@given(st.binary(), st.sampled_from([None, *Form]))
def test_parse_report_of_any_bytes_raises_report_error(received: bytes, form: Form | None) -> None:
    with pytest.raises(ReportError):
        parse_report(received, form)


@given(reports, opaque_texts, st.data())
def test_parse_markdown_of_a_damaged_report(report: Report, damage: str, data: st.DataObject) -> None:
    text = render_markdown(report)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))
    damaged = text[:start] + damage + text[end:]

    with suppress(ReportError):
        rendered = render_markdown(parse_markdown(damaged))
        title = damaged.index("# FSAR Proposal Report\n")
        assert damaged[title:] in {rendered, rendered + "\n"}


@given(reports, opaque_texts, st.data())
def test_parse_json_of_a_damaged_report(report: Report, damage: str, data: st.DataObject) -> None:
    text = render_json(report)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 40)))

    with suppress(ReportError):
        accepted = parse_json(text[:start] + damage + text[end:])
        assert parse_json(render_json(accepted)) == accepted


@given(opaque_texts)
def test_reading_any_proposal_text_raises_nothing(text: str) -> None:
    for proposal in (text, f"idea_implementation: {text}", f"Create or update the file {text}"):
        frame = parse_file_frame(proposal)
        assert frame is None or frame.content in proposal
        assert opportunity_of(proposal) is None or "This is for opportunity:" in proposal
