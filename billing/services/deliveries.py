"""Webhook deliveries: taken in, processed, tried again, given up, replayed, purged."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from billing import mirror
from billing.models import WebhookDelivery
from billing.personal_data import without_personal_data
from billing.services.orders import refresh_order
from billing.services.queueing import count_waiting, enqueue
from billing.states import DeliveryStatus
from billing.stripe_gateway import Json
from proposals.models import User

MOST_ATTEMPTS = 8
LOST_AFTER = timedelta(minutes=10)  # a task that has not begun by then never will
FIRST_PAUSE = timedelta(seconds=30)  # doubles each time: an hour in all
KEPT_FOR = timedelta(days=90)
_LOCK_CLASS = 0x57_48  # "WH"; keeps our advisory locks apart from others
_OPEN = (DeliveryStatus.RECEIVED, DeliveryStatus.FAILED)
logger = logging.getLogger(__name__)


class DeliveryRefused(Exception):
    """Why this delivery cannot be taken in or replayed; the message says it in words."""


def receive_delivery(event: Json, *, digest: str) -> WebhookDelivery | None:
    """Keep a verified event and enqueue its processing, in one commit. None, and no row, for an event known already.

    What is about a person is not kept: processing fetches the object anew, by its id. `digest` tells deliveries of one
    event apart. Raises DeliveryRefused for the very same delivery again (Stripe signs each try anew, so this one was
    replayed) and for what PostgreSQL cannot hold, such as a NUL.
    """
    try:
        return None if _is_known(event, digest) else _keep(event, digest)
    except IntegrityError:  # two at once
        if _is_known(event, digest):
            return None
        raise
    except (DataError, RecursionError) as error:
        raise DeliveryRefused("the event cannot be stored") from error


def _is_known(event: Json, digest: str) -> bool:
    """One look, without the payload: most of what comes twice costs nothing more. Raises DeliveryRefused."""
    known = list(WebhookDelivery.objects.filter(event_id=event["id"]).values_list("signature_digest", flat=True))
    if digest in known:
        raise DeliveryRefused("this delivery was replayed")
    return bool(known)


@transaction.atomic
def _keep(event: Json, digest: str) -> WebhookDelivery:
    delivery = WebhookDelivery.objects.create(
        event_id=event["id"],
        event_type=event["type"],
        object_id=str(event["data"]["object"].get("id") or "")[:255],
        payload=without_personal_data(event),
        signature_digest=digest,
        next_attempt_at=timezone.now() + LOST_AFTER,
    )
    enqueue("process_webhook", delivery.pk)
    return delivery


def process_delivery(delivery_id: int) -> None:
    """Process a delivery once, however often it is called. What goes wrong is recorded for the sweeper."""
    try:
        with transaction.atomic():
            _process(delivery_id)
    except Exception as error:
        logger.exception("webhook delivery %s failed", delivery_id)
        _record_failure(delivery_id, error)


def _process(delivery_id: int) -> None:
    delivery = WebhookDelivery.objects.select_for_update().filter(pk=delivery_id).first()
    if delivery is None or delivery.status not in _OPEN:
        return
    event = delivery.payload
    lock_objects(mirror.lock_keys(event))
    mirror.mirror_event(event)
    delivery.order_reference = mirror.order_reference(event)[:64]
    if delivery.order_reference:
        about = event["data"]["object"]
        refresh_order(
            delivery.order_reference,
            session_id=about["id"] if about["object"] == "checkout.session" else "",
            intent_id=str(about.get("payment_intent") or (about["id"] if about["object"] == "payment_intent" else "")),
        )
    delivery.status, delivery.processed_at, delivery.error = DeliveryStatus.PROCESSED, timezone.now(), ""
    delivery.attempts += 1
    delivery.save(update_fields=["status", "processed_at", "error", "attempts", "order_reference"])


def lock_objects(keys: list[str]) -> None:
    """Until the transaction ends, nobody else fetches these objects: a slow fetch must not overwrite a newer one."""
    with connection.cursor() as cursor:
        for key in keys:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_LOCK_CLASS, key])


@transaction.atomic
def _record_failure(delivery_id: int, error: Exception) -> None:
    delivery = WebhookDelivery.objects.select_for_update().filter(pk=delivery_id).first()
    if delivery is None or delivery.status not in _OPEN:
        return
    delivery.attempts += 1
    delivery.error = f"{type(error).__name__}: {error}"[:500]
    delivery.status = DeliveryStatus.DEAD if delivery.attempts >= MOST_ATTEMPTS else DeliveryStatus.FAILED
    delivery.next_attempt_at = timezone.now() + FIRST_PAUSE * 2 ** (delivery.attempts - 1)
    delivery.save(update_fields=["attempts", "error", "status", "next_attempt_at"])


@transaction.atomic
def replay_delivery(*, delivery_id: int, by: User) -> WebhookDelivery:
    """Process a delivery again, a dead one with all its attempts before it. Raises DeliveryRefused."""
    if not by.may("billing.replay_webhookdelivery"):
        raise DeliveryRefused("you may not replay deliveries; ask for the Operators group")
    delivery = WebhookDelivery.objects.select_for_update().filter(pk=delivery_id).first()
    if delivery is None:
        raise DeliveryRefused(f"there is no delivery {delivery_id}")
    delivery.status, delivery.processed_at, delivery.attempts = DeliveryStatus.RECEIVED, None, 0
    delivery.next_attempt_at = timezone.now() + LOST_AFTER
    delivery.save(update_fields=["status", "processed_at", "attempts", "next_attempt_at"])
    logger.warning("webhook delivery %s replayed by %s", delivery.event_id, by)
    enqueue("process_webhook", delivery.pk)
    return delivery


def sweep_deliveries(most: int = 500) -> int:
    """Enqueue what is due: failed ones after their pause, lost ones after ten minutes. Returns how many.

    What is enqueued is due again in ten minutes. Never more than `most` wait because of us: while no worker works, it
    would be enqueued again and again.
    """
    room = max(0, most - count_waiting())
    with transaction.atomic():
        now = timezone.now()
        due = WebhookDelivery.objects.filter(status__in=_OPEN, next_attempt_at__lte=now).order_by("next_attempt_at")
        keys = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:room])
        WebhookDelivery.objects.filter(pk__in=keys).update(next_attempt_at=now + LOST_AFTER)
        for key in keys:
            enqueue("process_webhook", key)
    return len(keys)


def purge_deliveries() -> int:
    """Forget what was processed long ago; return how many. Dead ones stay until somebody looks."""
    old = WebhookDelivery.objects.filter(status=DeliveryStatus.PROCESSED, received_at__lt=timezone.now() - KEPT_FOR)
    deleted, _ = old.delete()
    return deleted
