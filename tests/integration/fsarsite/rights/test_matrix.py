"""Every door of the admin, times every role, times looking and sending."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.template.response import SimpleTemplateResponse
from django.test import RequestFactory
from pytest_django.plugin import DjangoDbBlocker

from billing import stripe_gateway
from billing.stripe_gateway import StripeUnavailable
from execution.admin.interventions import ACTIONS as INTERVENTIONS
from fsarsite.admin import Site
from proposals.admin.decisions import ACTIONS as DECISIONS
from tests.factories import create_user
from tests.integration.fsarsite.rights.addresses import key_of, url_of
from tests.integration.fsarsite.rights.doors import actions, routes
from tests.integration.fsarsite.rights.expected import ACTIONS, declared
from tests.integration.fsarsite.rights.knocking import Post, Visitor
from tests.integration.fsarsite.rights.roles import ROLES, account_of
from tests.integration.fsarsite.rights.stage import Stage, set_stage


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stage]:
    """The rows, made once for all roles."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield set_stage()
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def unseen(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody reads the pages or the log here, so neither is written; and Stripe is not asked."""
    caplog.set_level(logging.CRITICAL, "django.request")

    def refuse(**_: Any) -> None:
        raise StripeUnavailable("not in this test")

    monkeypatch.setattr(SimpleTemplateResponse, "rendered_content", "")
    monkeypatch.setattr(Site, "each_context", lambda *_: {})
    monkeypatch.setattr(stripe_gateway, "create_refund", refuse)


@pytest.mark.django_db
def test_every_door_of_the_admin_is_declared() -> None:
    request = RequestFactory().get("/admin/")
    request.user = create_user(groups=[])
    request.user.is_superuser = True
    doors = declared()

    assert {key_of(route) for route in routes()} == set(doors)
    assert actions(request) == set(ACTIONS)
    assert set(doors["proposals/proposal/<path:object_id>/change/"].posts) == set(DECISIONS)
    assert set(doors["execution/executiontask/<path:object_id>/change/"].posts) == {*INTERVENTIONS, "assign"}


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_admin_lets_each_role_see_and_do_what_is_declared(stage: Stage, role: str) -> None:
    user, wrong = account_of(role), []
    visitor = Visitor(user)
    for route, door in declared().items():
        if visitor.is_let_in(url_of(route, stage)) != (role in door.see):
            wrong.append(f"GET {route}: {'not ' if role in door.see else ''}let in")
        for name, post in (door.posts or _ANYTHING).items():
            extra = {"action": name} if (route, name) in ACTIONS else {}
            form = partial(lambda post, extra: post.form(stage, user) | extra, post, extra)
            if visitor.has_effect(url_of(route, stage, post.row), form, is_file=post.is_file) != (role in post.who):
                wrong.append(f"POST {route} {name}: {'no ' if role in post.who else ''}effect")

    assert not wrong, "\n".join(wrong)


_ANYTHING = {"": Post(frozenset(), lambda _stage, _user: {"_save": "1"})}
"""What is sent to a door that takes nothing."""
