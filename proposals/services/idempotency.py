"""One effect and one answer for a request that is sent again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from proposals.models import IdempotentAnswer, User

KEPT = timedelta(hours=24)
_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 1))"  # 0 is for ids of reports


class StillRunning(Exception):
    """The first request with this key has not been answered yet."""


class KeyReused(Exception):
    """The key came before with another request."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered: status, headers and body. ``is_kept``: whether it is to be given again."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    is_kept: bool = True


def fingerprint_of(*parts: bytes) -> str:
    """SHA-256 over the parts, each with its length before it."""
    return _sha256(b"".join(len(part).to_bytes(8) + part for part in parts))


@transaction.atomic
def answer_once(*, user: User, key: str, fingerprint: str, act: Callable[[], Answer]) -> tuple[Answer, bool]:
    """The answer of ``act``, or the one that was kept for this key, and whether it was kept.

    Effect and kept answer are one commit: a crash leaves neither. An advisory lock for account and key is held until
    then. What ``act`` raises undoes all, and nothing is kept. Raises StillRunning, KeyReused.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [f"idempotency:{user.pk}:{key}"])
        if not cursor.fetchone()[0]:
            raise StillRunning(f"the first request with the key {key} still runs; ask again in a moment")
    found = IdempotentAnswer.objects.filter(user=user, key=key).first()
    if found and found.created_at > timezone.now() - KEPT:
        if found.fingerprint != fingerprint:
            raise KeyReused(f"the key {key} came before with another request; give each request a key of its own")
        return Answer(found.status, found.headers, bytes(found.body)), True
    answer = act()
    if answer.is_kept:
        kept = {
            "fingerprint": fingerprint,
            "status": answer.status,
            "headers": dict(answer.headers),
            "body": answer.body,
            "body_hash": _sha256(answer.body),
            "created_at": timezone.now(),
        }
        IdempotentAnswer.objects.update_or_create(user=user, key=key, defaults=kept)
    return answer, False


def purge_answers(*, limit: int = 20_000) -> int:
    """Forget what is older than a day; return how many rows."""
    old = IdempotentAnswer.objects.filter(created_at__lt=timezone.now() - KEPT).order_by("created_at")
    return IdempotentAnswer.objects.filter(pk__in=list(old.values_list("pk", flat=True)[:limit])).delete()[0]


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
