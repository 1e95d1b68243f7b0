"""Every relative link and anchor in README.md, CHANGELOG.md and docs/ must lead somewhere. Exit code 1 otherwise."""

import re
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parent.parent
MARKDOWN = MarkdownIt("commonmark").enable("table")


def find_documents(root: Path) -> list[Path]:
    """The Markdown files we answer for."""
    top = [root / name for name in ("README.md", "CHANGELOG.md")]
    return [path for path in top if path.exists()] + sorted((root / "docs").rglob("*.md"))


def find_broken_links(document: Path, root: Path) -> Iterator[str]:
    """One line per link of the document that leads nowhere, naming file and line."""
    for line, target in _links(MARKDOWN.parse(document.read_text())):
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        path = (document.parent / unquote(parts.path)).resolve() if parts.path else document
        where = f"{document.relative_to(root)}:{line}"
        if not path.is_relative_to(root) or not path.exists():
            yield f"{where}: {target} does not exist"
        elif parts.fragment and path.suffix == ".md" and parts.fragment not in _anchors(path):
            yield f"{where}: {target} names a heading that does not exist"


def _links(tokens: list[Token]) -> Iterator[tuple[int, str]]:
    for token in tokens:
        for inline in token.children or ():
            if target := inline.attrGet("href" if inline.type == "link_open" else "src"):
                yield (token.map or [0])[0] + 1, str(target)


def _anchors(document: Path) -> set[str]:
    """The anchors that GitHub gives to the headings: lower case, no punctuation, dashes, numbered when repeated."""
    found: set[str] = set()
    tokens = MARKDOWN.parse(document.read_text())
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        slug = re.sub(r"[^\w\- ]", "", inline.content.lower()).replace(" ", "-")
        number = sum(anchor == slug or re.fullmatch(rf"{re.escape(slug)}-\d+", anchor) is not None for anchor in found)
        found.add(f"{slug}-{number}" if number else slug)
    return found


def main() -> int:
    """Print what is broken."""
    broken = [line for document in find_documents(ROOT) for line in find_broken_links(document, ROOT)]
    sys.stdout.writelines(f"{line}\n" for line in broken)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
