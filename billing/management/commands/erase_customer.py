"""``manage.py erase_customer``: take a person out of everything we keep."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from billing.management.customer_arguments import add_customer_arguments, find_customer
from billing.services import Erasure, PrivacyRefused, erase_customer, plan_erasure
from billing.stripe_gateway import StripeRefused, StripeUnavailable


class Command(BaseCommand):
    """Try ``--dry-run`` first: an erasure cannot be taken back."""

    help = "Erase a customer's personal data for good. Orders and the ledger stay. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        """Who, why, and how far."""
        add_customer_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="Say what would be done and do nothing.")
        parser.add_argument("--at-stripe", action="store_true", help="Delete the customer at Stripe as well, for good.")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Say what was done. Raises CommandError."""
        customer = find_customer(options["email"], options["id"])
        try:
            if options["dry_run"]:
                planned = plan_erasure(customer.pk)
                self._tell(f"{customer} would be erased" if not planned.obstacle else planned.obstacle, planned)
                return
            done = erase_customer(
                customer_id=customer.pk, reason=options["reason"], by=None, at_stripe=options["at_stripe"]
            )
        except PrivacyRefused as refusal:
            raise CommandError(f"nothing was erased: {refusal}") from refusal
        except (StripeUnavailable, StripeRefused) as error:
            raise CommandError(f"erased here, but not at Stripe: {error}. Run it again by --id.") from error
        self._tell(f"{customer} is erased", done)
        if done.stripe_id and not options["at_stripe"]:
            self.stdout.write(f"Stripe still knows the customer as {done.stripe_id}: --at-stripe deletes that too")

    def _tell(self, what: str, erasure: Erasure) -> None:
        self.stdout.write(f"{what}: {erasure.orders} orders stay, {erasure.emptied} stored messages are emptied")
        if erasure.mentions:
            self.stdout.write(f"{erasure.mentions} notes of operators name the customer and cannot be changed")
