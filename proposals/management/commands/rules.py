"""The pages of docs/rules/: made from the analyzers, or compared with them."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from proposals.gate.rule_pages import rule_pages, written_pages


class Command(BaseCommand):
    """Without an option: the list of rules."""

    help = "List the gate's rules; write their pages, or check that the written ones are still true."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("--write", type=Path, metavar="DIR", help="write a page per rule and an index")
        parser.add_argument("--check", type=Path, metavar="DIR", help="exit 1 when a page there is missing or stale")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write, check or list."""
        if options["write"]:
            _write(options["write"])
            self.stdout.write(f"{len(written_pages())} pages in {options['write']}")
        elif options["check"]:
            _check(options["check"])
        else:
            for rule_id, page in rule_pages().items():
                self.stdout.write(f"{rule_id:36} {page.rule.effect:9} {page.rule.title}")


def _write(folder: Path) -> None:
    pages = written_pages()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for stale in _names(folder) - set(pages):
            (folder / stale).unlink()
        for name, text in pages.items():
            (folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise CommandError(f"--write {folder}: {error}", returncode=2) from None


def _check(folder: Path) -> None:
    pages = written_pages()
    wrong = sorted(
        (_names(folder) ^ set(pages))
        | {name for name in _names(folder) & set(pages) if (folder / name).read_text("utf-8") != pages[name]}
    )
    if wrong:
        raise CommandError(f"{folder} is stale ({', '.join(wrong[:5])}): run manage.py rules --write {folder}")


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.md")}
