"""The logins of the samples."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth.models import Group
from django.db import transaction

from proposals.models import User

AGENT = "sample-agent"
_LOGINS = {"operator": "Operators", "lead": "Leads"}
_PASSWORD_BYTES = 12


@dataclass(frozen=True, slots=True)
class Login:
    """A login; `password` is None when the account was there before, since only its hash is kept."""

    username: str
    group: str
    password: str | None


def ensure_logins() -> list[Login]:
    """Make the logins that are missing, staff but no superusers, each with a random password. Idempotent.

    Raises Group.DoesNotExist before the first migrate.
    """
    return [_ensure_login(username, group) for username, group in _LOGINS.items()]


@transaction.atomic
def _ensure_login(username: str, group: str) -> Login:
    account, created = User.objects.get_or_create(username=username, defaults={"is_staff": True})
    if not created:
        return Login(username, group, None)
    password = secrets.token_urlsafe(_PASSWORD_BYTES)
    account.set_password(password)
    account.save(update_fields=["password"])
    account.groups.add(Group.objects.get(name=group))
    return Login(username, group, password)
