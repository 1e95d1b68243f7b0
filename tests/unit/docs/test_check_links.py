"""The link checker finds what leads nowhere, and nothing else."""

from pathlib import Path

import pytest

from docs.check_links import find_broken_links, find_documents

OTHER = """# The other one

## What's new, exactly?

## Twice

## Twice
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "docs" / "images").mkdir(parents=True)
    (tmp_path / "docs" / "other.md").write_text(OTHER)
    (tmp_path / "docs" / "images" / "queue.png").touch()
    return tmp_path


@pytest.mark.parametrize(
    "target",
    [
        "docs/other.md",
        "docs/",
        "docs/images/queue.png",
        "docs/other.md#whats-new-exactly",
        "docs/other.md#twice-1",
        "#start",
        "https://example.com/nothing#here",
        "mailto:someone@example.com",
    ],
)
def test_find_broken_links_with_a_good_one_finds_none(root: Path, target: str) -> None:
    readme = root / "README.md"
    readme.write_text(f"# Start\n\n[see]({target})\n")

    assert list(find_broken_links(readme, root)) == []


@pytest.mark.parametrize(
    ("markup", "reason"),
    [
        ("[see](docs/gone.md)", "docs/gone.md does not exist"),
        ("![a queue](docs/images/gone.png)", "docs/images/gone.png does not exist"),
        ("[out](../etc/passwd)", "../etc/passwd does not exist"),
        ("[see](docs/other.md#thrice)", "docs/other.md#thrice names a heading that does not exist"),
        ("[see](#end)", "#end names a heading that does not exist"),
        ("[see][there]\n\n[there]: docs/gone.md", "docs/gone.md does not exist"),
    ],
)
def test_find_broken_links_names_the_line_and_the_target(root: Path, markup: str, reason: str) -> None:
    readme = root / "README.md"
    readme.write_text(f"# Start\n\n{markup}\n")

    assert list(find_broken_links(readme, root)) == [f"README.md:3: {reason}"]


def test_find_broken_links_leaves_code_alone(root: Path) -> None:
    readme = root / "README.md"
    readme.write_text("```\n[see](gone.md)\n```\n\n`[see](gone.md)`\n")

    assert list(find_broken_links(readme, root)) == []


def test_find_documents_takes_the_top_and_everything_below_docs(root: Path) -> None:
    (root / "README.md").touch()
    (root / "notes.md").touch()

    assert find_documents(root) == [root / "README.md", root / "docs" / "other.md"]
