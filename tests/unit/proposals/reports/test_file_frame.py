import pytest
from hypothesis import given
from hypothesis import strategies as st

from proposals.reports import FileFrame, parse_file_frame
from tests.unit.proposals.reports.strategies import opaque_texts

HEADER = "Create or update the file {} with this complete content:\n\n"
TAIL = "\n\nThis is for opportunity: Gift cards\nMake sure the file is complete."


@given(opaque_texts, st.sampled_from(["", "idea_implementation: ", "idea_implementation:   "]))
def test_parse_file_frame_returns_content_exactly(content: str, prefix: str) -> None:
    proposal = prefix + HEADER.format("src/cards.py") + content + TAIL

    frame = parse_file_frame(proposal)

    assert frame == FileFrame("src/cards.py", content, "Gift cards", 3)


@given(opaque_texts)
def test_parse_file_frame_without_tail(content: str) -> None:
    proposal = "idea_implementation: " + HEADER.format("a.css") + content

    frame = parse_file_frame(proposal)

    assert frame == FileFrame("a.css", content, None, 3)


@pytest.mark.parametrize(
    "path",
    [
        "my file.txt",
        "../../etc/passwd",
        "/etc/passwd",
        "",
        " a ",
        "a\x00b",
        "a\nb",
        "a\r",
        "C:\\x",
        "with this complete content",
        "x with this complete content: y",
        "Create or update the file",
    ],
)
def test_parse_file_frame_takes_the_path_as_it_is(path: str) -> None:
    frame = parse_file_frame("idea_implementation: " + HEADER.format(path) + "x = 1" + TAIL)

    assert frame
    assert (frame.path, frame.content) == (path, "x = 1")


@pytest.mark.parametrize(
    "proposal",
    [
        "",
        "idea_implementation: Sell gift cards",
        "self_improvement:  Text\nCreate or update the file a.py with this complete content:\n\nx",
        "idea_implementation: Create or update the file a.py",
        "idea_implementation: create or update the file a.py with this complete content:\n\nx",
        "idea_implementation: Create or update the file a.py with this complete content: x",
    ],
)
def test_parse_file_frame_of_other_text(proposal: str) -> None:
    assert parse_file_frame(proposal) is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("This is for opportunity: Old\n" + "x", "This is for opportunity: Old\nx"),
        ("a" + TAIL, "a" + TAIL),
        (HEADER.format("b.py") + "x", HEADER.format("b.py") + "x"),
        ("", ""),
    ],
)
def test_parse_file_frame_is_anchored_on_first_header_and_last_tail(content: str, expected: str) -> None:
    frame = parse_file_frame("idea_implementation: " + HEADER.format("a.py") + content + TAIL)

    assert frame
    assert frame.content == expected


@pytest.mark.parametrize(("path", "blank", "line"), [("a.py", "\n", 3), ("a.py", "", 2), ("a\nb.py", "\n", 4)])
def test_parse_file_frame_counts_lines_from_the_proposal(path: str, blank: str, line: int) -> None:
    proposal = f"Create or update the file {path} with this complete content:\n{blank}first\nsecond{TAIL}"

    frame = parse_file_frame(proposal)

    assert frame
    assert frame.content_start_line == line
    assert proposal.split("\n")[line - 1 : line + 1] == frame.content.split("\n")
