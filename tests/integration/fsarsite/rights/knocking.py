"""Knocking at a door: what is sent, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.test import Client

from proposals.models import User
from tests.integration.fsarsite.rights.stage import Stage

_OWN = ("django_session", "proposals_look")
"""What anyone may write by looking: their session, and where they left off."""
_WRITTEN = """
    SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)
    FROM pg_stat_xact_user_tables WHERE schemaname = 'public' AND relname <> ALL(%s)
"""

Payload = Callable[[Stage, User | None], dict[str, Any]]


@dataclass(frozen=True)
class Post:
    """Something sent: whose sending has an effect, and the form, made of the rows and the sender.

    ``row``: the one whose page it is sent to, where that is not the usual one. ``is_file``: the effect is a file.
    """

    who: frozenset[str]
    form: Payload
    row: Callable[[Stage], int] | None = None
    is_file: bool = False


@dataclass(frozen=True)
class Door:
    """Who may see it, and what can be sent to it, by the name of the button."""

    see: frozenset[str]
    posts: Mapping[str, Post] = field(default_factory=dict)


class Visitor:
    """One account with a browser. Each knock finds everything as if there had been none before."""

    def __init__(self, user: User | None) -> None:
        self._client = Client()
        if user:
            self._client.force_login(user)
        self._cookies = self._client.cookies.output(header="", sep=";")

    def is_let_in(self, url: str) -> bool:
        """Whether a GET is answered with more than a refusal or the way to the login."""
        with self._undone():
            answer = self._client.get(url)
        return answer.status_code < 400 and not _is_login(answer)

    def has_effect(self, url: str, form: Callable[[], Mapping[str, Any]], *, is_file: bool = False) -> bool:
        """Whether a POST wrote anything to the database, or gave out a file where that is the effect."""
        with self._undone():
            sent = form()
            before = _written()
            answer = self._client.post(url, sent)
            return "Content-Disposition" in answer if is_file else _written() > before

    @contextmanager
    def _undone(self) -> Iterator[None]:
        """A savepoint that is rolled back; PostgreSQL goes on counting what was written in it."""
        self._client.cookies.clear()
        self._client.cookies.load(self._cookies)
        with transaction.atomic():
            yield
            transaction.set_rollback(True)


def _is_login(answer: Any) -> bool:
    return answer.status_code == 302 and "/login/" in answer["Location"]


def _written() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_WRITTEN, [list(_OWN)])
        return int(cursor.fetchone()[0])
