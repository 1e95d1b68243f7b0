"""Every state change of billing."""

from billing.services.checkout import Basket, CheckoutRefused, check_coupon, open_checkout, place_order
from billing.services.customers import ensure_customer
from billing.services.deliveries import (
    DeliveryRefused,
    process_delivery,
    purge_deliveries,
    receive_delivery,
    replay_delivery,
    sweep_deliveries,
)
from billing.services.exposures import Showing, record_exposures
from billing.services.orders import expire_abandoned_orders, refresh_order
from billing.services.receipts import ReceiptRefused, enqueue_missing_receipts, resend_receipt, send_receipt
from billing.services.refunds import RefundRefused, request_refund

__all__ = [
    "Basket",
    "CheckoutRefused",
    "DeliveryRefused",
    "ReceiptRefused",
    "RefundRefused",
    "Showing",
    "check_coupon",
    "enqueue_missing_receipts",
    "ensure_customer",
    "expire_abandoned_orders",
    "open_checkout",
    "place_order",
    "process_delivery",
    "purge_deliveries",
    "receive_delivery",
    "record_exposures",
    "refresh_order",
    "replay_delivery",
    "request_refund",
    "resend_receipt",
    "send_receipt",
    "sweep_deliveries",
]
