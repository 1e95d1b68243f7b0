import pytest

from proposals.display import mark_hidden, reveal


@pytest.mark.parametrize(
    ("char", "code"),
    [
        ("\u202e", "U+202E"),
        ("\u2066", "U+2066"),
        ("\u200b", "U+200B"),
        ("\u200d", "U+200D"),
        ("\ufeff", "U+FEFF"),
        ("\u00ad", "U+00AD"),
        ("\u00a0", "U+00A0"),
        ("\u2028", "U+2028"),
        ("\u3164", "U+3164"),
        ("\ufe0f", "U+FE0F"),
        ("\U000e0041", "U+E0041"),
        ("\ue000", "U+E000"),
        ("\x00", "U+0000"),
        ("\x1b", "U+001B"),
        ("\r", "U+000D"),
        ("\x7f", "U+007F"),
    ],
)
def test_reveal_names_what_cannot_be_seen(char: str, code: str) -> None:
    assert reveal(f"a{char}b") == f"a⟦{code}⟧b"
    assert f">{code}</span>" in mark_hidden(f"a{char}b")
    assert char not in mark_hidden(f"a{char}b")


@pytest.mark.parametrize("text", ["plain\n\ttext", "größer → 日本語 · CURRENTносиплей", "𝔘 emoji 🚀"])
def test_reveal_leaves_what_can_be_seen(text: str) -> None:
    assert reveal(text) == text
    assert mark_hidden(text) == text


def test_mark_hidden_escapes_markup() -> None:
    marked = mark_hidden("<script>alert(1)</script>\u202e\"'&")

    assert "<script" not in marked
    assert marked.endswith("&quot;&#x27;&amp;")
