"""What a hostile report puts on the operator's screen: words, and nothing that runs or hides."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from proposals.models import Proposal
from tests.factories import create_proposal, file_proposal
from tests.factories.browsers import log_in, review_url

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(document.cookie)</script>"
ATTRIBUTE = "\"' onmouseover=alert(1) x-init='alert(1)' hx-get='/admin/logout/' "
TEMPLATE = "{{ 7|add:35 }}{% debug %}"


class _Elements(HTMLParser):
    """What a browser would run of a page: scripts with text in them, and attributes with our words in them."""

    def __init__(self) -> None:
        super().__init__()
        self.live: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        runs = [name for name, value in attrs if name.startswith(("on", "x-", "hx-", "@", ":")) and _ours(value)]
        links = [name for name, value in attrs if name in {"href", "src", "action", "srcdoc"} and _ours(value)]
        self.live += [f"{tag} {name}" for name in runs + links]

    def handle_data(self, data: str) -> None:
        if self.cdata_elem and _ours(data):
            self.live.append(f"{self.cdata_elem}: {data[:80]}")


def _ours(text: str | None) -> bool:
    return bool(text) and any(word in str(text) for word in ("alert(", "/admin/logout/ "))


def _live_parts(html: str) -> list[str]:
    parser = _Elements()
    parser.feed(html)
    return parser.live


def _hostile() -> Proposal:
    evil = f"{SCRIPT}{ATTRIBUTE}{TEMPLATE}\u202e\u200b"
    return create_proposal(
        proposal=file_proposal(
            f"shop/{evil}.sql", f"SELECT '{evil}';\nSELEKT {evil}\nDROP TABLE {SCRIPT};", f"Shop {evil}"
        ),
        block_execution=True,
        risks=(evil,),
        mitigations=(evil,),
    )


@pytest.mark.parametrize("page", ["review", "all", "index", "opportunities", "bulk"])
def test_hostile_report_is_inert_on_every_page(page: str) -> None:
    proposal = _hostile()
    client = log_in()
    if page == "bulk":
        answer = client.post(
            "/admin/proposals/proposal/?standing=all", {"action": "reject_selected", "_selected_action": [proposal.pk]}
        )
    else:
        answer = client.get(
            {
                "review": review_url(proposal),
                "all": "/admin/proposals/proposal/?standing=all",
                "index": "/admin/",
                "opportunities": "/admin/proposals/opportunity/",
            }[page]
        )

    assert answer.status_code == 200
    assert "document.cookie" in answer.content.decode()
    assert _live_parts(answer.content.decode()) == []


def test_hidden_characters_are_shown_on_the_review_page() -> None:
    page = log_in().get(review_url(_hostile())).content.decode()

    assert "\u202e" not in page
    assert "\u200b" not in page
    assert 'title="U+202E RIGHT-TO-LEFT OVERRIDE">U+202E</span>' in page
    assert "⟦U+200B⟧" in page


def test_hidden_characters_are_shown_in_the_queue() -> None:
    create_proposal(proposal="self_improvement: Pay\u202elap\u200b now. [fsar_review]")

    page = log_in().get("/admin/proposals/proposal/").content.decode()

    assert "\u202e" not in page
    assert "Pay⟦U+202E⟧lap⟦U+200B⟧ now." in page


def test_markdown_of_a_plan_loads_nothing_and_names_its_links() -> None:
    proposal = create_proposal(
        proposal="self_improvement: ![x](https://evil.example/p.png) [bank](https://evil.example/x) [fsar_review]"
    )

    page = log_in().get(review_url(proposal)).content.decode()

    assert "<img" not in page.split('class="fs-prose"')[1]
    assert "bank</a> (https://evil.example/x)" in page


def test_nul_bytes_are_shown() -> None:
    proposal = create_proposal(proposal="self_improvement: a\x00b. [fsar_review]")

    assert "U+0000 NULL" in log_in().get(review_url(proposal)).content.decode()


def test_long_file_is_cut_until_one_asks_for_all() -> None:
    content = "\n".join(f"SELECT {number};" for number in range(1000))
    proposal, client = create_proposal(proposal=file_proposal("a.sql", content), block_execution=True), log_in()

    cut, whole = client.get(review_url(proposal)).content, client.get(f"{review_url(proposal)}?whole=1").content

    assert b"Show all 1000 lines" in cut
    assert b"SELECT 999;" not in cut.split(b"The report as received")[0]
    assert b"SELECT 999;" in whole.split(b"The report as received")[0]
