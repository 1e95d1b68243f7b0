"""``manage.py rotate_field_keys``: write names and addresses again under the newest key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.encryption import UnreadableData
from billing.services.customers import count_outdated, reencrypt_customers


class Command(BaseCommand):
    """Put the new key first in FIELD_ENCRYPTION_KEYS, run this, then take the old one away."""

    help = "Encrypt customers' names and addresses again under the first of FIELD_ENCRYPTION_KEYS. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        """Whether to write anything."""
        parser.add_argument("--check", action="store_true", help="Only say whether older keys are still needed.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say how many. Raises CommandError when a key is missing, with nothing lost, and with --check for any."""
        if options["check"]:
            if outdated := count_outdated():
                raise CommandError(f"{outdated} customers still need an older key")
            self.stdout.write("the first key is enough")
            return
        try:
            count = reencrypt_customers()
        except UnreadableData as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} customers written under the first key")
