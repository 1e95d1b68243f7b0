from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from proposals.reports import (
    FIELDS,
    SCHEMA,
    Report,
    ReportError,
    content_hash,
    parse_json,
    parse_markdown,
    render_json,
    render_markdown,
    report_hash,
)


def test_report_hash_is_of_the_canonical_json(report: Report) -> None:
    plain = replace(report, proposal="ü", risks=(), mitigations=())

    # printf '%s' '{"block_execution":false,"id":"fsar_0001","mitigations":[],"proposal":"ü","risks":[],
    # "severity":12,"timestamp":"2026-03-01T09:30:00.125Z"}' | sha256sum (without the line break)
    assert report_hash(plain) == "sha256:1abb623377c1a31df5796bb500bfd047b1f9dee1dfd4bbca8d1ddc5ffa1264e2"
    assert content_hash(plain) == "sha256:246ff999f35eae966b65d205c773654e89e5cbc0af7d650fba3e785b34526025"


def test_hashes_are_the_same_for_both_forms(report: Report) -> None:
    from_json, from_markdown = parse_json(render_json(report)), parse_markdown(render_markdown(report))

    assert report_hash(from_json) == report_hash(from_markdown) == report_hash(report)


@pytest.mark.parametrize(
    "change",
    [
        {"id": "other"},
        {"timestamp": "2026-03-01T09:30:00.126Z"},
        {"severity": 13},
        {"block_execution": True},
        {"proposal": "implement_idea: Sell gift cards "},
        {"risks": ("Support load grows", "Cards are redeemed twice")},
        {"mitigations": ()},
    ],
    ids=FIELDS,
)
def test_hashes_follow_the_fields(report: Report, change: dict[str, Any]) -> None:
    changed = replace(report, **change)

    assert report_hash(changed) != report_hash(report)
    assert (content_hash(changed) == content_hash(report)) == (set(change) <= {"id", "timestamp"})


def test_schema_is_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["required"] == list(FIELDS)


@pytest.mark.parametrize("render", [render_json, render_markdown])
def test_render_refuses_what_could_not_be_read_back(report: Report, render: Any) -> None:
    with pytest.raises(ReportError, match=r"risks\[1\]"):
        render(replace(report, risks=("one", "two\nlines")))
