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
from billing.services.experiments import ExperimentRefused, end_experiment, set_weights, start_experiment
from billing.services.exposures import Showing, record_exposures
from billing.services.orders import expire_abandoned_orders, refresh_order
from billing.services.privacy import Erasure, PrivacyRefused, erase_customer, export_customer, plan_erasure
from billing.services.receipts import ReceiptRefused, enqueue_missing_receipts, resend_receipt, send_receipt
from billing.services.reconciliation import ReconciliationRefused, is_reconciliation_due, reconcile
from billing.services.refunds import RefundRefused, request_refund
from billing.services.repairs import repair_discrepancy, request_reconciliation, request_repair
from billing.services.revenue import count_stale_days, rebuild_daily_revenue

__all__ = [
    "Basket",
    "CheckoutRefused",
    "DeliveryRefused",
    "Erasure",
    "ExperimentRefused",
    "PrivacyRefused",
    "ReceiptRefused",
    "ReconciliationRefused",
    "RefundRefused",
    "Showing",
    "check_coupon",
    "count_stale_days",
    "end_experiment",
    "enqueue_missing_receipts",
    "ensure_customer",
    "erase_customer",
    "expire_abandoned_orders",
    "export_customer",
    "is_reconciliation_due",
    "open_checkout",
    "place_order",
    "plan_erasure",
    "process_delivery",
    "purge_deliveries",
    "rebuild_daily_revenue",
    "receive_delivery",
    "reconcile",
    "record_exposures",
    "refresh_order",
    "repair_discrepancy",
    "replay_delivery",
    "request_reconciliation",
    "request_refund",
    "request_repair",
    "resend_receipt",
    "send_receipt",
    "set_weights",
    "start_experiment",
    "sweep_deliveries",
]
