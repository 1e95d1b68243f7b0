from __future__ import annotations

import pytest
from django.contrib.auth.models import Group

from fsarsite.roles import ensure_groups
from proposals.models import PolicyVersion
from tests.factories import create_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("group", "right", "given"),
    [
        ("Viewers", "proposals.view_proposal", True),
        ("Viewers", "execution.view_executiontask", True),
        ("Viewers", "proposals.decide_proposal", False),
        ("Viewers", "execution.rollback_task", False),
        ("Viewers", "proposals.view_user", False),
        ("Operators", "proposals.decide_proposal", True),
        ("Operators", "execution.rollback_task", True),
        ("Operators", "execution.halt_execution", True),
        ("Operators", "proposals.add_policyversion", False),
        ("Operators", "proposals.delete_proposal", False),
        ("Operators", "proposals.view_reviewers", False),
        ("Auditors", "proposals.view_reviewers", True),
        ("Leads", "proposals.view_reviewers", True),
        ("Leads", "proposals.add_policyversion", True),
    ],
)
def test_groups_exist_after_migrate_with_their_rights(group: str, right: str, given: bool) -> None:
    assert create_user(groups=[group]).has_perm(right) is given


def test_ensure_groups_again_keeps_rights_added_by_hand() -> None:
    viewers = Group.objects.get(name="Viewers")
    operators_right = Group.objects.get(name="Operators").permissions.get(codename="claim_proposal")
    viewers.permissions.add(operators_right)

    ensure_groups()

    assert viewers.permissions.filter(pk=operators_right.pk).exists()


def test_a_policy_is_in_force_after_migrate() -> None:
    assert PolicyVersion.objects.current().version == 1
