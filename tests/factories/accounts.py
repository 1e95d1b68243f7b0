"""People, services and models."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import uuid4

from django.contrib.auth.models import Group

from proposals.models import User


def create_user(
    username: str | None = None, *, groups: Iterable[str] = ("Operators",), kind: str = "person", staff: bool = True
) -> User:
    """An account with the password "pw" in the named groups."""
    user = User(username=username or f"user-{uuid4().hex[:12]}", kind=kind, is_staff=staff)
    user.set_password("pw")
    user.save()
    user.groups.set(Group.objects.filter(name__in=groups))
    return user
