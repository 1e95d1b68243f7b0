"""``manage.py rotate_field_keys``: write names and addresses again under the newest key."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from billing.encryption import UnreadableData
from billing.services.customers import reencrypt_customers


class Command(BaseCommand):
    """Put the new key first in FIELD_ENCRYPTION_KEYS, run this, then take the old one away."""

    help = "Encrypt customers' names and addresses again under the first of FIELD_ENCRYPTION_KEYS. Safe to repeat."

    def handle(self, *_args: Any, **_options: Any) -> None:
        """Say how many. Raises CommandError when a key is missing, with nothing lost."""
        try:
            count = reencrypt_customers()
        except UnreadableData as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{count} customers written under the first key")
