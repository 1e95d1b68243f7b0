"""Telling visitors apart while an experiment runs, and knowing nothing else about them."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse

COOKIE = "visitor"
_AGE_SECONDS = 90 * 24 * 3600
_KEY = re.compile(r"[A-Za-z0-9_-]{22}")
_MACHINE = re.compile(r"bot\b|crawl|spider|slurp|externalhit|archiver|monitor|preview", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Visitor:
    """A browser. `key` is random and lives in a cookie; it is stored nowhere, and says nothing about the person."""

    key: str
    is_new: bool
    is_machine: bool


def visitor_of(request: HttpRequest) -> Visitor:
    """Who looks. No key for machines, and for people who ask not to be told apart (Global Privacy Control)."""
    is_machine = request.method != "GET" or bool(_MACHINE.search(request.headers.get("User-Agent", "")))
    if is_machine or request.headers.get("Sec-GPC") == "1":
        return Visitor("", is_new=False, is_machine=is_machine)
    told = request.COOKIES.get(COOKIE, "")
    if _KEY.fullmatch(told):
        return Visitor(told, is_new=False, is_machine=False)
    return Visitor(secrets.token_urlsafe(16), is_new=True, is_machine=False)


def remember(visitor: Visitor, response: HttpResponse) -> None:
    """Give a new visitor the cookie."""
    if visitor.is_new:
        response.set_cookie(
            COOKIE,
            visitor.key,
            max_age=_AGE_SECONDS,
            path="/offers/",
            secure=settings.PRODUCTION,
            httponly=True,
            samesite="Lax",
        )
