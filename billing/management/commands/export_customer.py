"""``manage.py export_customer``: hand out all that is kept about a customer."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from billing.management.customer_arguments import add_customer_arguments, find_customer
from billing.services import PrivacyRefused, export_customer


class Command(BaseCommand):
    """JSON, to standard output or to a file that only you can read."""

    help = "Export everything kept about a customer as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, why and where to."""
        add_customer_arguments(parser)
        parser.add_argument("--output", type=Path, help="A file that does not exist yet.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write it. Raises CommandError."""
        customer = find_customer(options["email"], options["id"])
        try:
            told = export_customer(customer_id=customer.pk, reason=options["reason"], by=None)
        except PrivacyRefused as refusal:
            raise CommandError(f"nothing was exported: {refusal}") from refusal
        text = json.dumps(told, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False)
        if options["output"] is None:
            self.stdout.write(text)
            return
        try:
            options["output"].touch(mode=0o600, exist_ok=False)
            options["output"].write_text(text)
        except OSError as error:
            raise CommandError(f"{options['output']} cannot be written: {error.strerror}") from error
        self.stdout.write(f"{len(told['orders'])} orders of {customer} are in {options['output']}")
