"""Accounts that are not people."""

from __future__ import annotations

from proposals.models import User


def service_account(username: str, kind: User.Kind = User.Kind.SERVICE) -> User:
    """The service or model account of that name, made without a usable password if missing. Idempotent.

    Raises ValueError when a person already has the name: a service must never act as a person.
    """
    account, created = User.objects.get_or_create(username=username, defaults={"kind": kind})
    if account.is_person:
        raise ValueError(f"{username} is a person's account; choose another name for the service")
    if created:
        account.set_unusable_password()
        account.save(update_fields=["password"])
    return account
