"""How commands are told which customer is meant."""

from __future__ import annotations

from django.core.management.base import CommandError, CommandParser

from billing.models import Customer


def add_customer_arguments(parser: CommandParser) -> None:
    """Who is meant, and why."""
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--email", help="The whole address.")
    who.add_argument("--id", type=int, help="The number on the customer's page.")
    parser.add_argument("--reason", required=True, help="Kept beside the customer.")


def find_customer(email: str | None, number: int | None) -> Customer:
    """The one who is meant. Raises CommandError."""
    found = Customer.objects.with_email(email) if email else Customer.objects.filter(pk=number or 0)
    customer = found.first()
    if customer is None:
        raise CommandError("there is no such customer; one who was erased is found by --id alone")
    return customer
