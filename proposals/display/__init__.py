"""Hostile text, made fit for an operator's eyes: nothing runs, nothing loads, nothing hides."""

from proposals.display.file_lines import Gap, Line, Note, NumberedText, number_lines
from proposals.display.markdown import MAX_MARKDOWN_CHARACTERS, render_prose
from proposals.display.visible import is_hidden, mark_hidden, reveal

__all__ = [
    "MAX_MARKDOWN_CHARACTERS",
    "Gap",
    "Line",
    "Note",
    "NumberedText",
    "is_hidden",
    "mark_hidden",
    "number_lines",
    "render_prose",
    "reveal",
]
