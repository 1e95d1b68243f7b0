"""The frame of a file proposal: which file, and what it shall hold, exactly."""

from __future__ import annotations

from dataclasses import dataclass

from proposals.reports.proposal_text import last_opportunity_line, split_type

_BEFORE_PATH = "Create or update the file "
_AFTER_PATH = " with this complete content:"


@dataclass(frozen=True, slots=True)
class FileFrame:
    """A framed file; `opportunity` is None when the tail is missing.

    `path` is exactly what was written, hostile or not.
    Line N of `content` is line content_start_line + N - 1 (1-based) of the report's proposal.
    """

    path: str
    content: str
    opportunity: str | None
    content_start_line: int


def parse_file_frame(proposal: str) -> FileFrame | None:
    """Return the file that the proposal frames, or None when the text after its type does not open a frame.

    The content runs from the blank line after the first header to the blank line before the last line "This is for
    opportunity: NAME"; to the end of the text when there is no such line. A path may hold anything, line ends too:
    it is judged elsewhere, and not reading it would hide it.
    """
    _type, body = split_type(proposal)
    if not body.startswith(_BEFORE_PATH):
        return None
    offset = len(proposal) - len(body)
    path_start = offset + len(_BEFORE_PATH)
    path_end = proposal.find(f"{_AFTER_PATH}\n", path_start)
    if path_end < 0:
        return None
    start = path_end + len(_AFTER_PATH) + 1
    start += proposal.startswith("\n", start)
    tail = last_opportunity_line(proposal, start)
    content = proposal[start : tail.start()] if tail else proposal[start:]
    return FileFrame(
        path=proposal[path_start:path_end],
        content=_without_blank_line(content) if tail else content,
        opportunity=(tail["name"].strip() or None) if tail else None,
        content_start_line=proposal.count("\n", 0, start) + 1,
    )


def _without_blank_line(content: str) -> str:
    """Take away the line end of the content and the blank line that the frame puts between it and its tail."""
    return content.removesuffix("\n").removesuffix("\n")
