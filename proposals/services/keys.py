"""Issuing, rotating and revoking keys of the API, and what each request does with one."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from proposals.models import ApiKey, Scope, User
from proposals.models.api_key import MOST_RATE, NAME_LENGTH, PEOPLE_ONLY, USUAL_RATE

ISSUE = "proposals.issue_apikey"
MOST_DAYS, USUAL_DAYS = 366, 90
MOST_OVERLAP_DAYS, USUAL_OVERLAP_DAYS = 30, 7
MOST_LIVE = 20
"""Live keys of one account: more are forgotten ones."""
_MARK = "fsk"
_PREFIX_LENGTH, _SECRET_LENGTH = 8, 40
_SHAPE = re.compile(f"{_MARK}_[A-Za-z0-9]{{{_PREFIX_LENGTH}}}_[A-Za-z0-9]{{{_SECRET_LENGTH}}}")
_LETTERS = string.ascii_letters + string.digits
_NOTED_EVERY = timedelta(minutes=1)
_COUNT = """
    INSERT INTO proposals_apikeyuse AS use (key_id, minute, requests)
    VALUES (%s, date_trunc('minute', statement_timestamp()), 1)
    ON CONFLICT (key_id) DO UPDATE SET
        requests = CASE WHEN use.minute = EXCLUDED.minute THEN use.requests + 1 ELSE 1 END,
        minute = EXCLUDED.minute
    RETURNING requests, ceil(60 - extract(second FROM statement_timestamp()))
"""


class KeyRefused(Exception):
    """Why this key cannot be issued, rotated or revoked; the message says it in words."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key. ``secret`` is the whole key, to be shown once: it is kept nowhere."""

    key: ApiKey
    secret: str


@dataclass(frozen=True, slots=True)
class Used:
    """What is left of a key's minute: ``seconds`` until it ends, and ``left`` requests, below 0 when too many."""

    left: int
    seconds: int


@transaction.atomic
def issue_key(
    *,
    user: User,
    name: str,
    scopes: Iterable[str],
    by: User | None,
    days: int = USUAL_DAYS,
    rate_per_minute: int = USUAL_RATE,
) -> Issued:
    """Make a key. ``by`` is None for whoever has the server's shell. Locks the account, for the limit.

    People make their own; those with `ISSUE` also make them for services and models. Nobody makes one that acts as
    another person. Raises KeyRefused.
    """
    _require_issuer(by, user)
    name = _name(name)
    chosen = _scopes(scopes, user)
    if not 1 <= days <= MOST_DAYS:
        raise KeyRefused(f"a key lasts 1 to {MOST_DAYS} days")
    if not 1 <= rate_per_minute <= MOST_RATE:
        raise KeyRefused(f"a key has 1 to {MOST_RATE:,} requests a minute")
    return _made(
        ApiKey(
            user=user,
            name=name,
            scopes=chosen,
            rate_per_minute=rate_per_minute,
            expires_at=timezone.now() + timedelta(days=days),
            created_by=by,
        )
    )


@transaction.atomic
def rotate_key(*, key_id: int, by: User, overlap_days: int = USUAL_OVERLAP_DAYS) -> Issued:
    """Another key in its place, for as long as it was made for; the old one opens for the overlap, then no more.

    Locks the key. Raises KeyRefused.
    """
    old = _found(key_id, by)
    _require_issuer(by, old.user)
    if not 0 <= overlap_days <= MOST_OVERLAP_DAYS:
        raise KeyRefused(f"the old key may go on for 0 to {MOST_OVERLAP_DAYS} days")
    if ended := old.ended(timezone.now()):
        raise KeyRefused(f"this key was {ended}; issue another one")
    if old.replaced_by.exists():
        raise KeyRefused("this key was rotated before; rotate the one that replaced it")
    now = timezone.now()
    fresh = ApiKey(
        user=old.user,
        name=old.name,
        scopes=_scopes(old.scopes, old.user),
        rate_per_minute=old.rate_per_minute,
        expires_at=now + max(old.expires_at - old.created_at, timedelta(days=1)),
        created_by=by,
        replaces=old,
    )
    old.expires_at = min(old.expires_at, now + timedelta(days=overlap_days))
    old.save(update_fields=["expires_at"])
    return _made(fresh)


@transaction.atomic
def revoke_key(*, key_id: int, by: User) -> ApiKey:
    """End a key at once. One's own; any, with `ISSUE`. Locks it. Raises KeyRefused."""
    key = _found(key_id, by)
    if key.revoked_at is not None:
        raise KeyRefused("this key was revoked before")
    key.revoked_at, key.revoked_by = timezone.now(), by
    key.save(update_fields=["revoked_at", "revoked_by"])
    return key


def why_not_issue(by: User, user: User) -> str:
    """Why this account makes no keys of that one, in words; empty when it may."""
    if by == user and by.may("proposals.view_proposal"):
        return ""
    if user.is_person:
        return "nobody makes a key that acts as another person; they make their own"
    return "" if by.may(ISSUE) else "you may not issue keys of services; ask for the Leads group"


def may_revoke(by: User, key: ApiKey) -> bool:
    """Whether this account ends the key: a person's own; any, with `ISSUE`."""
    return by.may(ISSUE) or (by.is_person and key.user_id == by.pk)


def find_key(secret: str) -> ApiKey | None:
    """The key that this is, live or not, with its account; None when it is none of ours. One query."""
    if not _SHAPE.fullmatch(secret):
        return None
    key = ApiKey.objects.select_related("user").filter(prefix=secret.rpartition("_")[0]).first()
    return key if key and hmac.compare_digest(key.secret_hash, _hash(secret)) else None


def note_use(key: ApiKey) -> None:
    """Remember that it was used, to the minute."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > _NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def count_request(key: ApiKey) -> Used:
    """Count one request in the present minute, over all processes. Holds the row's lock until the commit."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [key.pk])
        requests, seconds = cursor.fetchone()
    return Used(left=key.rate_per_minute - requests, seconds=int(seconds))


def _made(key: ApiKey) -> Issued:
    User.objects.select_for_update().get(pk=key.user_id)
    if ApiKey.objects.live().filter(user=key.user_id).count() >= MOST_LIVE:
        raise KeyRefused(f"{key.user} has {MOST_LIVE} live keys already; revoke one first")
    key.prefix = f"{_MARK}_{_random(_PREFIX_LENGTH)}"
    secret = f"{key.prefix}_{_random(_SECRET_LENGTH)}"
    key.secret_hash = _hash(secret)
    key.save()
    return Issued(key, secret)


def _found(key_id: int, by: User) -> ApiKey:
    """As little is said of a key that is somebody else's as of one that is gone."""
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("user").filter(pk=key_id).first()
    if key is None or not may_revoke(by, key):
        raise KeyRefused("you have no such key")
    return key


def _require_issuer(by: User | None, user: User) -> None:
    if by is not None and (why_not := why_not_issue(by, user)):
        raise KeyRefused(why_not)


def _scopes(scopes: Iterable[str], user: User) -> list[str]:
    chosen = [scope for scope in Scope.values if scope in set(scopes)]
    if len(chosen) != len(set(scopes)) or not chosen:
        raise KeyRefused(f"choose scopes out of {', '.join(Scope.values)}")
    refused = [] if user.is_person else sorted(PEOPLE_ONLY & set(chosen))
    if refused:
        raise KeyRefused(f"{', '.join(refused)}: keys of services and AI models never decide")
    return chosen


def _name(typed: str) -> str:
    name = " ".join(typed.split())
    if not 1 <= len(name) <= NAME_LENGTH or not name.isprintable():
        raise KeyRefused(f"give a name of 1 to {NAME_LENGTH} characters")
    return name


def _random(length: int) -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(length))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
