from proposals.display import Gap, Line, Note, number_lines


def _note(start: int, end: int | None = None, level: str = "error") -> Note:
    return Note(start, end or start, level, "syntax/sql", "does not parse")


def test_number_lines_counts_line_feeds_only() -> None:
    numbered = number_lines("a\r\nb\x0cc\u2028d\n")

    assert [row.number for row in numbered.rows if isinstance(row, Line)] == [1, 2, 3]
    assert numbered.total == 3
    assert not numbered.is_cut


def test_number_lines_puts_notes_beside_their_first_line_and_flags_all() -> None:
    first, second, third = number_lines("a\nb\nc", [_note(2, 3), _note(3, level="note")]).rows

    assert isinstance(first, Line)
    assert isinstance(second, Line)
    assert isinstance(third, Line)
    assert (first.flag, second.flag, third.flag) == ("", "error", "error")
    assert [len(line.notes) for line in (first, second, third)] == [0, 1, 1]


def test_number_lines_of_a_long_text_keeps_what_was_found() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 2001))

    numbered = number_lines(text, [_note(1500)])

    shown = [row.number for row in numbered.rows if isinstance(row, Line)]
    assert shown == [*range(1, 301), *range(1497, 1504)]
    assert [row.hidden for row in numbered.rows if isinstance(row, Gap)] == [1196, 497]
    assert numbered.hidden == 1693
    assert len(number_lines(text, whole=True).rows) == 2000


def test_number_lines_cuts_a_very_long_line() -> None:
    (line,) = number_lines("x" * 5000).rows

    assert isinstance(line, Line)
    assert line.cut == 3000
    assert number_lines("x" * 5000).is_cut
    assert not number_lines("x" * 5000, whole=True).is_cut


def test_number_lines_escapes() -> None:
    (line,) = number_lines("<b>\u200b").rows

    assert isinstance(line, Line)
    assert line.html.startswith("&lt;b&gt;<span")
