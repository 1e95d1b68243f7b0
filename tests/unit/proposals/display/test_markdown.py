import pytest

from proposals.display import MAX_MARKDOWN_CHARACTERS, render_prose


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "![steal](https://evil.example/pixel.png)",
        '<div hx-get="/admin/" x-init="alert(1)">x</div>',
        "[x](javascript:alert(1))",
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        "<javascript:alert(1)>",
        '```"><script>alert(1)</script>\ncode\n```',
        "[x](https://evil.example '\" onmouseover=alert(1)')",
        "<style>body{display:none}</style>",
        '<iframe src="https://evil.example"></iframe>',
        '<form action="/admin/logout/"><button>x</button></form>',
    ],
)
def test_render_prose_of_hostile_text_is_inert(hostile: str) -> None:
    html = render_prose(hostile)

    for tag in ("<script", "<img", "<div", "<style", "<iframe", "<form", "<button", "<svg"):
        assert tag not in html
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert not any(attribute in html for attribute in (" class=", " title=", " style=", " id="))


def test_render_prose_shows_where_a_link_leads() -> None:
    html = render_prose("[Your bank](https://evil.example/login)")

    assert ">Your bank</a> (https://evil.example/login)" in html
    assert 'rel="nofollow noopener noreferrer"' in html
    assert 'target="_blank"' in html


@pytest.mark.parametrize("inside", ["/admin/logout/", "//evil.example/x", "#top", "logout/"])
def test_render_prose_of_a_link_into_this_site_is_words_only(inside: str) -> None:
    html = render_prose(f"[press]({inside})")

    assert "<a" not in html
    assert f"press ({inside})" in html


def test_render_prose_names_hidden_characters() -> None:
    assert "pay⟦U+202E⟧lap" in render_prose("pay\u202elap")


def test_render_prose_keeps_structure() -> None:
    html = render_prose("# A\n\n- **b**\n\n| c | d |\n|---|---|\n| 1 | 2 |\n\n```sql\nSELECT 1;\n```\n")

    assert all(tag in html for tag in ("<h1>", "<li>", "<strong>", "<td>", "<pre>", "SELECT 1;"))


def test_render_prose_of_too_much_refuses() -> None:
    with pytest.raises(ValueError, match="not rendered"):
        render_prose("x" * (MAX_MARKDOWN_CHARACTERS + 1))
