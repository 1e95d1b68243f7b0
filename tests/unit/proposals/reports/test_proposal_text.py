import pytest
from hypothesis import given

from proposals.reports import ProposalType, opportunity_of, split_type
from tests.unit.proposals.reports.strategies import opaque_texts


@pytest.mark.parametrize(
    ("proposal", "kind", "body"),
    [
        ("implement_idea: Title", ProposalType.IMPLEMENT_IDEA, "Title"),
        ("self_improvement:  Plan ", ProposalType.SELF_IMPROVEMENT, "Plan "),
        ("idea_implementation:\n\ntext", ProposalType.IDEA_IMPLEMENTATION, "\n\ntext"),
        ("idea_implementation:\ttext", ProposalType.IDEA_IMPLEMENTATION, "\ttext"),
        ("implement_idea:", ProposalType.IMPLEMENT_IDEA, ""),
        ("implement_idea", None, "implement_idea"),
        (" implement_idea: x", None, " implement_idea: x"),
        ("Implement_idea: x", None, "Implement_idea: x"),
        ("other: x", None, "other: x"),
        ("", None, ""),
    ],
)
def test_split_type_of(proposal: str, kind: ProposalType | None, body: str) -> None:
    assert split_type(proposal) == (kind, body)


@given(opaque_texts)
def test_split_type_keeps_the_offset_of_the_body(text: str) -> None:
    proposal = f"self_improvement: {text}"

    _kind, body = split_type(proposal)

    assert proposal[len(proposal) - len(body) :] == body


@pytest.mark.parametrize(
    ("proposal", "name"),
    [
        ("x\nThis is for opportunity: Gift cards\ny", "Gift cards"),
        ("This is for opportunity: One\nThis is for opportunity: Two\r\n", "Two"),
        ("This is for opportunity:Tight", "Tight"),
        ("This is for opportunity:  ", None),
        ("-- This is for opportunity: Commented", None),
        ("x\rThis is for opportunity: Behind a lone CR", None),
        ("", None),
    ],
)
def test_opportunity_of(proposal: str, name: str | None) -> None:
    assert opportunity_of(proposal) == name
