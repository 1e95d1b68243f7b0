"""The groups that exist after every migrate, and what each may do."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

APPS = ("proposals", "execution", "billing")

OPERATOR_RIGHTS = (
    "proposals.add_proposal",
    "proposals.decide_proposal",
    "proposals.claim_proposal",
    "execution.run_task",
    "execution.rollback_task",
    "execution.halt_execution",
    "execution.add_freeze",
    "execution.change_freeze",
    "billing.add_offer",
    "billing.change_offer",
    "billing.add_price",
    "billing.change_price",
    "billing.add_experiment",
    "billing.change_experiment",
    "billing.add_variant",
    "billing.change_variant",
    "billing.replay_webhookdelivery",
    "billing.resend_receipt",
    "billing.reconcile_ledger",
)
LEAD_RIGHTS = (
    *OPERATOR_RIGHTS,
    "proposals.add_policyversion",
    "proposals.change_policyversion",
    "proposals.waive_finding",
    "proposals.assign_proposal",
    "proposals.break_glass",
    "proposals.add_noticeendpoint",
    "proposals.change_noticeendpoint",
    "proposals.delete_noticeendpoint",
    "proposals.resend_notice",
    "proposals.view_reviewers",
    "proposals.share_savedview",
    "proposals.issue_apikey",
    "execution.add_aimodel",
    "execution.change_aimodel",
    *(
        f"execution.{verb}_{row}"
        for verb in ("add", "change", "delete")
        for row in ("typelimit", "kindlimit", "runrule")
    ),
    "execution.delete_freeze",
    "billing.refund_order",
    "billing.add_revenueprojection",
    "billing.export_customer",
    "billing.erase_customer",
)
AUDITOR_RIGHTS = (
    "proposals.export_trail",
    "proposals.view_reviewers",
    "proposals.view_user",
    "auth.view_group",
)
NOT_EVERYBODY = ("view_user", "view_reviewers")
"""What only some may view; all else everyone in a group."""
ROLES: dict[str, tuple[str, ...]] = {
    "Viewers": (),
    "Producers": ("proposals.add_proposal",),
    "Operators": OPERATOR_RIGHTS,
    "Leads": LEAD_RIGHTS,
    "Auditors": AUDITOR_RIGHTS,
}


def ensure_groups() -> None:
    """Make the groups and give each its rights; everyone in one may view everything but `NOT_EVERYBODY`.

    Idempotent. Rights that an administrator added by hand stay.
    """
    views = Permission.objects.filter(content_type__app_label__in=APPS, codename__startswith="view_")
    for name, rights in ROLES.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*views.exclude(codename__in=NOT_EVERYBODY), *_permissions(rights))


def _permissions(rights: Iterable[str]) -> list[Permission]:
    named = Q(pk__in=[])
    for right in rights:
        app, codename = right.split(".")
        named |= Q(content_type__app_label=app, codename=codename)
    found = list(Permission.objects.filter(named).select_related("content_type"))
    missing = set(rights) - {f"{each.content_type.app_label}.{each.codename}" for each in found}
    if missing:
        raise LookupError(f"no such permission: {', '.join(sorted(missing))}")
    return found
