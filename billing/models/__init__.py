"""The tables of billing: what is on offer, who bought it, and where the money went."""

from billing.models.customer import Customer
from billing.models.delivery import WebhookDelivery
from billing.models.exposure import Exposure
from billing.models.ledger import LedgerEntry
from billing.models.offer import Offer, Price
from billing.models.order import Order, OrderEvent
from billing.models.reconciliation import Discrepancy, Reconciliation
from billing.models.revenue import DailyRevenue, RevenueProjection
from billing.models.reversal import Dispute, Refund

__all__ = [
    "Customer",
    "DailyRevenue",
    "Discrepancy",
    "Dispute",
    "Exposure",
    "LedgerEntry",
    "Offer",
    "Order",
    "OrderEvent",
    "Price",
    "Reconciliation",
    "Refund",
    "RevenueProjection",
    "WebhookDelivery",
]
