"""``manage.py translations``: bring the catalogues in locale/ up to date, or check that they are."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fsarsite.translations import find_catalogues, find_messages, find_problems, update_catalogue


class Command(BaseCommand):
    """Needs no gettext programs."""

    help = "Find new texts of the customers' pages and compile the translations; --check only looks."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to change anything."""
        parser.add_argument("--check", action="store_true", help="Change nothing; fail when something is missing.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say what is missing. Raises CommandError with --check."""
        messages = find_messages(settings.BASE_DIR)
        problems: list[str] = []
        for path in find_catalogues(settings.BASE_DIR):
            if not options["check"]:
                update_catalogue(path, messages)
            problems += find_problems(path, messages)
        for problem in problems:
            self.stdout.write(problem)
        if problems and options["check"]:
            raise CommandError(f"{len(problems)} texts are not translated")
