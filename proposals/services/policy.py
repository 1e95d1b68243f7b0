"""Changes of the policy: always a new version."""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction

from proposals.gate import Rules
from proposals.models import PolicyVersion, User


@transaction.atomic
def save_policy(*, document: dict[str, Any], by: User | None, note: str) -> PolicyVersion:
    """Add a version of the policy, in force for every assessment from now on. Raises PolicyError naming the key."""
    rules = Rules.from_dict(document)
    with connection.cursor() as cursor:  # two editors at once get two version numbers
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('proposals.policy', 0))")
    last = PolicyVersion.objects.order_by("-version").values_list("version", flat=True).first() or 0
    return PolicyVersion.objects.create(version=last + 1, document=rules.to_dict(), note=note, created_by=by)


def ensure_policy() -> None:
    """Give an empty database the rules we ship as version 1. Idempotent."""
    if not PolicyVersion.objects.exists():
        save_policy(document=Rules().to_dict(), by=None, note="The rules that fsarsite ships with.")
