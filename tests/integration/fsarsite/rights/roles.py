"""Who knocks at the admin's doors, and the sets that the declarations speak in."""

from __future__ import annotations

from proposals.models import User
from tests.factories import create_user

ROLES = ("anonymous", "customer", "groupless", "viewer", "producer", "operator", "lead", "auditor", "service", "root")
GROUPS = {
    "viewer": "Viewers",
    "producer": "Producers",
    "operator": "Operators",
    "lead": "Leads",
    "auditor": "Auditors",
    "service": "Leads",
}

NOBODY: frozenset[str] = frozenset()
EVERYBODY = frozenset(ROLES)
ROOT = frozenset({"root"})
LEADS = ROOT | {"lead"}
OPERATORS = LEADS | {"operator"}
PRODUCERS = OPERATORS | {"producer", "service"}
READERS = PRODUCERS | {"viewer", "auditor"}
STAFF = READERS | {"groupless"}
AUDITORS = ROOT | {"auditor"}


def account_of(role: str) -> User | None:
    """An account of the role; a service is given the most that a group gives, and the admin."""
    if role == "anonymous":
        return None
    kind = "service" if role == "service" else "person"
    user = create_user(f"the-{role}", groups=[GROUPS[role]] if role in GROUPS else [], kind=kind)
    user.is_staff, user.is_superuser = role != "customer", role == "root"
    user.save()
    return user
