"""A key of the API, from the server's shell."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from proposals.models import Scope, User
from proposals.services.keys import USUAL_DAYS, KeyRefused, issue_key


class Command(BaseCommand):
    """Prints the key alone on standard output, so that a script can take it."""

    help = "Make an API key for an account and print it, this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("username", help="the account that the key acts as")
        parser.add_argument("--scope", action="append", choices=Scope.values, required=True, help="may be repeated")
        parser.add_argument("--name", default="made on the server", help="what uses it")
        parser.add_argument("--days", type=int, default=USUAL_DAYS, help="how long it lasts")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Make it. Raises CommandError."""
        user = User.objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(f"there is no active account {options['username']}")
        try:
            issued = issue_key(user=user, by=None, scopes=options["scope"], name=options["name"], days=options["days"])
        except KeyRefused as refusal:
            raise CommandError(f"no key was made: {refusal}") from refusal
        self.stderr.write(f"{issued.key} for {user}, until {issued.key.expires_at:%Y-%m-%d}. It is not shown again:")
        self.stdout.write(issued.secret)
