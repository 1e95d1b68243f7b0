"""Receipts by e-mail, with the PDF."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from billing.models import Order, OrderEvent
from billing.receipt_pdf import is_pdf_available, receipt_name, render_receipt
from billing.services.queueing import enqueue
from proposals.models import User

_LATE_AFTER = timedelta(minutes=10)
_GIVEN_UP_AFTER = timedelta(days=3)


class ReceiptRefused(Exception):
    """Why this receipt is not sent again; the message says it in words."""


def enqueue_receipt(order_id: int, *, again: bool = False) -> None:
    """Have a worker mail the receipt. Inside the transaction that decides it."""
    enqueue("mail_receipt", order_id, again)


@transaction.atomic
def resend_receipt(*, order_id: int, by: User) -> None:
    """Have the receipt mailed once more. Raises ReceiptRefused."""
    if not by.may("billing.resend_receipt"):
        raise ReceiptRefused("you may not send receipts; ask for the Operators group")
    order = Order.objects.select_related("customer").get(pk=order_id)
    if not order.is_settled or not order.customer.email:
        raise ReceiptRefused("the order is not paid, or its customer is erased")
    OrderEvent.objects.create(order=order, kind=OrderEvent.Kind.RECEIPT, note="asked for again", by=by)
    enqueue_receipt(order.pk, again=True)


def enqueue_missing_receipts() -> int:
    """Try again what the mail server did not take; return how many. For three days."""
    now = timezone.now()
    missing = Order.objects.filter(
        receipt_sent_at=None,
        customer__anonymised_at=None,
        fulfilled_at__range=(now - _GIVEN_UP_AFTER, now - _LATE_AFTER),
    )
    keys = list(missing.values_list("pk", flat=True)[:500])
    for key in keys:
        enqueue_receipt(key)
    return len(keys)


def send_receipt(order_id: int, *, base_url: str, again: bool = False) -> bool:
    """Mail the receipt of a paid order; False when it was sent before, unless `again`, or nobody is left to get it.

    Mail goes out before it is noted, outside any transaction: at least once, at worst twice. Raises OSError and
    smtplib's errors when the mail server does not take it.
    """
    order = Order.objects.select_related("customer").get(pk=order_id)
    if not order.is_settled or not order.customer.email or (order.receipt_sent_at and not again):
        return False
    _compose(order, base_url).send()
    with transaction.atomic():
        Order.objects.filter(pk=order.pk).update(receipt_sent_at=timezone.now())
        OrderEvent.objects.create(order=order, kind=OrderEvent.Kind.RECEIPT, note="sent by e-mail")
    return True


def _compose(order: Order, base_url: str) -> EmailMessage:
    """In the language of the purchase, with the PDF where this machine can make one."""
    with translation.override(order.language or settings.LANGUAGE_CODE):
        body = render_to_string("billing/receipt.txt", {"order": order, "base_url": base_url})
        subject = _("Your receipt %(reference)s") % {"reference": order.short_reference}
        message = EmailMessage(subject, body, to=[order.customer.email])
        if is_pdf_available():
            message.attach(receipt_name(order), render_receipt(order), "application/pdf")
    return message
