"""Where Stripe tells us things. Verified first, so that nobody else writes a row."""

from __future__ import annotations

import logging
from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from billing.services import DeliveryRefused, receive_delivery
from billing.webhook_verification import WebhookRefused, delivery_digest, verify_webhook

MOST_BYTES = 256 * 1024
logger = logging.getLogger(__name__)


@csrf_exempt
@transaction.non_atomic_requests
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Keep a delivery and answer at once; a worker processes it. 400 and no row for what is not Stripe's."""
    try:
        body, signature = _body(request), request.headers.get("Stripe-Signature", "")
        event = verify_webhook(body, signature)
        delivery = receive_delivery(event, digest=delivery_digest(body, signature))
    except (WebhookRefused, DeliveryRefused) as error:
        logger.warning("a webhook delivery was refused: %s", error)
        return _told(f"refused: {error}", HTTPStatus.BAD_REQUEST)
    return _told("kept" if delivery else "known", HTTPStatus.OK)


def _body(request: HttpRequest) -> bytes:
    """Raises WebhookRefused before reading a body that is too long, of unknown length or no JSON as such."""
    if request.content_type != "application/json" or request.headers.get("Content-Encoding"):
        raise WebhookRefused("application/json is expected, as it is")
    given = request.headers.get("Content-Length", "")
    if not (given.isascii() and given.isdigit() and len(given) < 10 and int(given) <= MOST_BYTES):
        raise WebhookRefused(f"a body of known length up to {MOST_BYTES} bytes is expected")
    return request.body


def _told(text: str, status: HTTPStatus) -> HttpResponse:
    return HttpResponse(f"{text}\n", status=status, content_type="text/plain; charset=utf-8")
