"""The tables of billing: what is on offer, who bought it, and where the money went."""

from billing.models.customer import Customer, CustomerEvent
from billing.models.delivery import WebhookDelivery
from billing.models.experiment import Allocation, Experiment, Variant
from billing.models.exposure import Exposure
from billing.models.ledger import LedgerEntry
from billing.models.offer import Offer, Price
from billing.models.order import Order, OrderEvent
from billing.models.reconciliation import Discrepancy, Reconciliation
from billing.models.revenue import DailyRevenue, RevenueProjection
from billing.models.reversal import Dispute, Refund

__all__ = [
    "Allocation",
    "Customer",
    "CustomerEvent",
    "DailyRevenue",
    "Discrepancy",
    "Dispute",
    "Experiment",
    "Exposure",
    "LedgerEntry",
    "Offer",
    "Order",
    "OrderEvent",
    "Price",
    "Reconciliation",
    "Refund",
    "RevenueProjection",
    "Variant",
    "WebhookDelivery",
]
