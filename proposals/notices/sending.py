"""Emptying the outbox: an e-mail for each person, a POST for each notice of an endpoint. At least once."""

from __future__ import annotations

import json
import logging
import time
from datetime import timedelta

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from fsarsite.backoff import backoff_seconds
from proposals.models import Notice, User
from proposals.notices.post import PostFailed, post
from proposals.notices.words import document, paragraph

GIVEN_UP_AFTER = timedelta(days=3)
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 60.0, 6 * 3600.0
KEPT = timedelta(days=90)
SECONDS_AT_A_TIME = 30.0
_LETTER_LENGTH = 100
logger = logging.getLogger(__name__)


def send_notices() -> int:
    """Send what is due, for half a minute at most; return how many were taken.

    A letter or a POST is a transaction of its own. Other workers pass over what this one holds.
    """
    until, sent = time.monotonic() + SECONDS_AT_A_TIME, 0
    while time.monotonic() < until:
        tried = _send_next()
        if not tried:
            break
        sent += sum(each.sent_at is not None for each in tried)
    return sent


def purge_notices(*, limit: int = 5_000) -> int:
    """Forget what ended 90 days ago; return how many rows. What happened stays in the events."""
    before = timezone.now() - KEPT
    ended = Notice.objects.filter(created_at__lt=before).exclude(sent_at=None, given_up_at=None).order_by("id")
    return Notice.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[:limit])).delete()[0]


@transaction.atomic
def _send_next() -> list[Notice]:
    """What was tried: one POST, or all that there is for one person; nothing when nothing is due."""
    first = _due().select_related("proposal__assessment__policy", "to", "endpoint").first()
    if first is None:
        return []
    if first.to is None:
        tried = [first]
        _post(first)
    else:
        others = _due().filter(to=first.to).exclude(pk=first.pk).select_related("proposal__assessment__policy")
        tried = [first, *others[: _LETTER_LENGTH - 1]]
        _mail(first.to, tried)
    Notice.objects.bulk_update(tried, ["attempts", "next_try_at", "sent_at", "given_up_at", "error"])
    return tried


def _due() -> QuerySet[Notice]:
    due = Notice.objects.pending().filter(next_try_at__lte=timezone.now()).order_by("next_try_at")
    return due.select_for_update(skip_locked=True, of=("self",))


def _mail(person: User, notices: list[Notice]) -> None:
    """All that there is for a person in one letter."""
    first = notices[0].get_kind_display()
    subject = first if len(notices) == 1 else f"{first}, and {len(notices) - 1} more"
    body = "\n\n".join(paragraph(notice) for notice in notices)
    foot = "You get this since you review here. Switch it off on the page “My notices”."
    message = EmailMessage(f"[fsarsite] {subject}", f"{body}\n\n--\n{foot}\n", to=[person.email])
    try:
        message.send()
    except OSError as error:  # smtplib's are, too
        _again(notices, f"the mail server did not take it: {type(error).__name__}")
    else:
        _sent(notices)


def _post(notice: Notice) -> None:
    if notice.endpoint is None or not notice.endpoint.is_active:
        notice.given_up_at, notice.error = timezone.now(), "its endpoint is gone or switched off"
        return
    body = json.dumps(document(notice), separators=(",", ":")).encode()
    try:
        post(notice.endpoint, f"notice_{notice.pk}", int(time.time()), body)
    except PostFailed as failure:
        _again([notice], str(failure))
    else:
        _sent([notice])


def _sent(notices: list[Notice]) -> None:
    for notice in notices:
        notice.attempts += 1
        notice.sent_at, notice.error = timezone.now(), ""


def _again(notices: list[Notice], reason: str) -> None:
    """Later, and later each time; after three days no more."""
    now = timezone.now()
    for notice in notices:
        notice.attempts, notice.error = notice.attempts + 1, reason[:200]
        if now - notice.created_at > GIVEN_UP_AFTER:
            notice.given_up_at = now
        pause = backoff_seconds(notice.attempts, first=FIRST_PAUSE_SECONDS, longest=LONGEST_PAUSE_SECONDS)
        notice.next_try_at = now + timedelta(seconds=pause)
    logger.warning("%d notices wait: %s", len(notices), reason)
